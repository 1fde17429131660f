from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="Extension")


@_attrs_define
class Extension:
    """An extension of a due date. A paused clock had no due dates."""

    id: UUID
    extended_by_id: None | UUID
    reason: str
    seconds: int
    """ The time that counts, which was added. """
    due_before: datetime.datetime | None
    due_after: datetime.datetime | None
    created_at: datetime.datetime
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = str(self.id)

        extended_by_id: None | str
        if isinstance(self.extended_by_id, UUID):
            extended_by_id = str(self.extended_by_id)
        else:
            extended_by_id = self.extended_by_id

        reason = self.reason

        seconds = self.seconds

        due_before: None | str
        if isinstance(self.due_before, datetime.datetime):
            due_before = self.due_before.isoformat()
        else:
            due_before = self.due_before

        due_after: None | str
        if isinstance(self.due_after, datetime.datetime):
            due_after = self.due_after.isoformat()
        else:
            due_after = self.due_after

        created_at = self.created_at.isoformat()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "extended_by_id": extended_by_id,
                "reason": reason,
                "seconds": seconds,
                "due_before": due_before,
                "due_after": due_after,
                "created_at": created_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = UUID(d.pop("id"))

        def _parse_extended_by_id(data: object) -> None | UUID:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                extended_by_id_type_0 = UUID(data)

                return extended_by_id_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | UUID, data)

        extended_by_id = _parse_extended_by_id(d.pop("extended_by_id"))

        reason = d.pop("reason")

        seconds = d.pop("seconds")

        def _parse_due_before(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                due_before_type_0 = datetime.datetime.fromisoformat(data)

                return due_before_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        due_before = _parse_due_before(d.pop("due_before"))

        def _parse_due_after(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                due_after_type_0 = datetime.datetime.fromisoformat(data)

                return due_after_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        due_after = _parse_due_after(d.pop("due_after"))

        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))

        extension = cls(
            id=id,
            extended_by_id=extended_by_id,
            reason=reason,
            seconds=seconds,
            due_before=due_before,
            due_after=due_after,
            created_at=created_at,
        )

        extension.additional_properties = d
        return extension

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
