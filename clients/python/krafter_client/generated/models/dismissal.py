from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.dismissal_end_reason import DismissalEndReason
from ..models.dismissal_reason import DismissalReason

T = TypeVar("T", bound="Dismissal")


@_attrs_define
class Dismissal:
    """A decision to dismiss a finding. It is in effect until `ended_at` is set."""

    id: UUID
    finding_id: UUID
    reason: DismissalReason
    comment: str
    accepted_until: datetime.date | None
    """ The last day, in UTC; null: until a person reopens it. """
    dismissed_by_id: None | UUID
    ended_at: datetime.datetime | None
    end_reason: DismissalEndReason | None
    ended_by_id: None | UUID
    created_at: datetime.datetime
    updated_at: datetime.datetime
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = str(self.id)

        finding_id = str(self.finding_id)

        reason = self.reason.value

        comment = self.comment

        accepted_until: None | str
        if isinstance(self.accepted_until, datetime.date):
            accepted_until = self.accepted_until.isoformat()
        else:
            accepted_until = self.accepted_until

        dismissed_by_id: None | str
        if isinstance(self.dismissed_by_id, UUID):
            dismissed_by_id = str(self.dismissed_by_id)
        else:
            dismissed_by_id = self.dismissed_by_id

        ended_at: None | str
        if isinstance(self.ended_at, datetime.datetime):
            ended_at = self.ended_at.isoformat()
        else:
            ended_at = self.ended_at

        end_reason: None | str
        if isinstance(self.end_reason, DismissalEndReason):
            end_reason = self.end_reason.value
        else:
            end_reason = self.end_reason

        ended_by_id: None | str
        if isinstance(self.ended_by_id, UUID):
            ended_by_id = str(self.ended_by_id)
        else:
            ended_by_id = self.ended_by_id

        created_at = self.created_at.isoformat()

        updated_at = self.updated_at.isoformat()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "finding_id": finding_id,
                "reason": reason,
                "comment": comment,
                "accepted_until": accepted_until,
                "dismissed_by_id": dismissed_by_id,
                "ended_at": ended_at,
                "end_reason": end_reason,
                "ended_by_id": ended_by_id,
                "created_at": created_at,
                "updated_at": updated_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = UUID(d.pop("id"))

        finding_id = UUID(d.pop("finding_id"))

        reason = DismissalReason(d.pop("reason"))

        comment = d.pop("comment")

        def _parse_accepted_until(data: object) -> datetime.date | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                accepted_until_type_0 = datetime.date.fromisoformat(data)

                return accepted_until_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.date | None, data)

        accepted_until = _parse_accepted_until(d.pop("accepted_until"))

        def _parse_dismissed_by_id(data: object) -> None | UUID:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                dismissed_by_id_type_0 = UUID(data)

                return dismissed_by_id_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | UUID, data)

        dismissed_by_id = _parse_dismissed_by_id(d.pop("dismissed_by_id"))

        def _parse_ended_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                ended_at_type_0 = datetime.datetime.fromisoformat(data)

                return ended_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        ended_at = _parse_ended_at(d.pop("ended_at"))

        def _parse_end_reason(data: object) -> DismissalEndReason | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                end_reason_end_reason = DismissalEndReason(data)

                return end_reason_end_reason
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(DismissalEndReason | None, data)

        end_reason = _parse_end_reason(d.pop("end_reason"))

        def _parse_ended_by_id(data: object) -> None | UUID:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                ended_by_id_type_0 = UUID(data)

                return ended_by_id_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | UUID, data)

        ended_by_id = _parse_ended_by_id(d.pop("ended_by_id"))

        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))

        updated_at = datetime.datetime.fromisoformat(d.pop("updated_at"))

        dismissal = cls(
            id=id,
            finding_id=finding_id,
            reason=reason,
            comment=comment,
            accepted_until=accepted_until,
            dismissed_by_id=dismissed_by_id,
            ended_at=ended_at,
            end_reason=end_reason,
            ended_by_id=ended_by_id,
            created_at=created_at,
            updated_at=updated_at,
        )

        dismissal.additional_properties = d
        return dismissal

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
