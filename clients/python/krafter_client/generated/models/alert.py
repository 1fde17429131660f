from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.alert_channel import AlertChannel
from ..models.alert_status import AlertStatus

if TYPE_CHECKING:
    from ..models.alert_counts import AlertCounts
    from ..models.alert_most_severe_item import AlertMostSevereItem


T = TypeVar("T", bound="Alert")


@_attrs_define
class Alert:
    """A message: what it reports, and its outcome."""

    id: UUID
    channel: AlertChannel
    status: AlertStatus
    total: int
    counts: AlertCounts
    most_severe: list[AlertMostSevereItem]
    delayed: int
    outcome: str
    due_at: datetime.datetime
    sent_at: datetime.datetime | None
    created_at: datetime.datetime
    updated_at: datetime.datetime
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = str(self.id)

        channel = self.channel.value

        status = self.status.value

        total = self.total

        counts = self.counts.to_dict()

        most_severe = []
        for most_severe_item_data in self.most_severe:
            most_severe_item = most_severe_item_data.to_dict()
            most_severe.append(most_severe_item)

        delayed = self.delayed

        outcome = self.outcome

        due_at = self.due_at.isoformat()

        sent_at: None | str
        if isinstance(self.sent_at, datetime.datetime):
            sent_at = self.sent_at.isoformat()
        else:
            sent_at = self.sent_at

        created_at = self.created_at.isoformat()

        updated_at = self.updated_at.isoformat()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "channel": channel,
                "status": status,
                "total": total,
                "counts": counts,
                "most_severe": most_severe,
                "delayed": delayed,
                "outcome": outcome,
                "due_at": due_at,
                "sent_at": sent_at,
                "created_at": created_at,
                "updated_at": updated_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.alert_counts import AlertCounts  # noqa: PLC0415
        from ..models.alert_most_severe_item import AlertMostSevereItem  # noqa: PLC0415

        d = dict(src_dict)
        id = UUID(d.pop("id"))

        channel = AlertChannel(d.pop("channel"))

        status = AlertStatus(d.pop("status"))

        total = d.pop("total")

        counts = AlertCounts.from_dict(d.pop("counts"))

        most_severe = []
        _most_severe = d.pop("most_severe")
        for most_severe_item_data in _most_severe:
            most_severe_item = AlertMostSevereItem.from_dict(most_severe_item_data)

            most_severe.append(most_severe_item)

        delayed = d.pop("delayed")

        outcome = d.pop("outcome")

        due_at = datetime.datetime.fromisoformat(d.pop("due_at"))

        def _parse_sent_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                sent_at_type_0 = datetime.datetime.fromisoformat(data)

                return sent_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        sent_at = _parse_sent_at(d.pop("sent_at"))

        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))

        updated_at = datetime.datetime.fromisoformat(d.pop("updated_at"))

        alert = cls(
            id=id,
            channel=channel,
            status=status,
            total=total,
            counts=counts,
            most_severe=most_severe,
            delayed=delayed,
            outcome=outcome,
            due_at=due_at,
            sent_at=sent_at,
            created_at=created_at,
            updated_at=updated_at,
        )

        alert.additional_properties = d
        return alert

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
