from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="ReplayEventsRequest")


@_attrs_define
class ReplayEventsRequest:
    """The period of the events to send again."""

    created_after: datetime.datetime
    created_before: datetime.datetime | Unset = UNSET
    include_delivered: bool | Unset = False

    def to_dict(self) -> dict[str, Any]:
        created_after = self.created_after.isoformat()

        created_before: str | Unset = UNSET
        if not isinstance(self.created_before, Unset):
            created_before = self.created_before.isoformat()

        include_delivered = self.include_delivered

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "created_after": created_after,
            }
        )
        if created_before is not UNSET:
            field_dict["created_before"] = created_before
        if include_delivered is not UNSET:
            field_dict["include_delivered"] = include_delivered

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        created_after = datetime.datetime.fromisoformat(d.pop("created_after"))

        _created_before = d.pop("created_before", UNSET)
        created_before: datetime.datetime | Unset
        if isinstance(_created_before, Unset):
            created_before = UNSET
        else:
            created_before = datetime.datetime.fromisoformat(_created_before)

        include_delivered = d.pop("include_delivered", UNSET)

        replay_events_request = cls(
            created_after=created_after,
            created_before=created_before,
            include_delivered=include_delivered,
        )

        return replay_events_request
