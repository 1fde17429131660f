from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.alert_channel import AlertChannel
from ..models.alert_status import AlertStatus
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.alert_counts import AlertCounts
    from ..models.alert_worst_item import AlertWorstItem


T = TypeVar("T", bound="Alert")


@_attrs_define
class Alert:
    """A message: what it reports, and its outcome."""

    id: UUID
    channel: AlertChannel
    """ * `slack` - Slack
    * `email` - Email """
    counts: AlertCounts
    worst: list[AlertWorstItem]
    due_at: datetime.datetime
    created_at: datetime.datetime
    updated_at: datetime.datetime
    status: AlertStatus | Unset = UNSET
    """ * `gathering` - Gathering
    * `sending` - Sending
    * `sent` - Sent
    * `failed` - Failed """
    total: int | Unset = UNSET
    held_back: int | Unset = UNSET
    outcome: str | Unset = UNSET
    sent_at: datetime.datetime | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = str(self.id)

        channel = self.channel.value

        counts = self.counts.to_dict()

        worst = []
        for worst_item_data in self.worst:
            worst_item = worst_item_data.to_dict()
            worst.append(worst_item)

        due_at = self.due_at.isoformat()

        created_at = self.created_at.isoformat()

        updated_at = self.updated_at.isoformat()

        status: str | Unset = UNSET
        if not isinstance(self.status, Unset):
            status = self.status.value

        total = self.total

        held_back = self.held_back

        outcome = self.outcome

        sent_at: None | str | Unset
        if isinstance(self.sent_at, Unset):
            sent_at = UNSET
        elif isinstance(self.sent_at, datetime.datetime):
            sent_at = self.sent_at.isoformat()
        else:
            sent_at = self.sent_at

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "channel": channel,
                "counts": counts,
                "worst": worst,
                "due_at": due_at,
                "created_at": created_at,
                "updated_at": updated_at,
            }
        )
        if status is not UNSET:
            field_dict["status"] = status
        if total is not UNSET:
            field_dict["total"] = total
        if held_back is not UNSET:
            field_dict["held_back"] = held_back
        if outcome is not UNSET:
            field_dict["outcome"] = outcome
        if sent_at is not UNSET:
            field_dict["sent_at"] = sent_at

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.alert_counts import AlertCounts  # noqa: PLC0415
        from ..models.alert_worst_item import AlertWorstItem  # noqa: PLC0415

        d = dict(src_dict)
        id = UUID(d.pop("id"))

        channel = AlertChannel(d.pop("channel"))

        counts = AlertCounts.from_dict(d.pop("counts"))

        worst = []
        _worst = d.pop("worst")
        for worst_item_data in _worst:
            worst_item = AlertWorstItem.from_dict(worst_item_data)

            worst.append(worst_item)

        due_at = datetime.datetime.fromisoformat(d.pop("due_at"))

        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))

        updated_at = datetime.datetime.fromisoformat(d.pop("updated_at"))

        _status = d.pop("status", UNSET)
        status: AlertStatus | Unset
        if isinstance(_status, Unset):
            status = UNSET
        else:
            status = AlertStatus(_status)

        total = d.pop("total", UNSET)

        held_back = d.pop("held_back", UNSET)

        outcome = d.pop("outcome", UNSET)

        def _parse_sent_at(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                sent_at_type_0 = datetime.datetime.fromisoformat(data)

                return sent_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        sent_at = _parse_sent_at(d.pop("sent_at", UNSET))

        alert = cls(
            id=id,
            channel=channel,
            counts=counts,
            worst=worst,
            due_at=due_at,
            created_at=created_at,
            updated_at=updated_at,
            status=status,
            total=total,
            held_back=held_back,
            outcome=outcome,
            sent_at=sent_at,
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
