from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.conflict_field import ConflictField
from ..models.conflict_resolution import ConflictResolution

T = TypeVar("T", bound="Conflict")


@_attrs_define
class Conflict:
    """A conflict between a task and its ticket, and its resolution."""

    id: UUID
    task_id: UUID
    external_ticket_key: str
    ticket_url: str
    field: ConflictField
    ours: str
    theirs: str
    reason: str
    resolution: ConflictResolution
    resolved_at: datetime.datetime | None
    created_at: datetime.datetime
    updated_at: datetime.datetime
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = str(self.id)

        task_id = str(self.task_id)

        external_ticket_key = self.external_ticket_key

        ticket_url = self.ticket_url

        field = self.field.value

        ours = self.ours

        theirs = self.theirs

        reason = self.reason

        resolution = self.resolution.value

        resolved_at: None | str
        if isinstance(self.resolved_at, datetime.datetime):
            resolved_at = self.resolved_at.isoformat()
        else:
            resolved_at = self.resolved_at

        created_at = self.created_at.isoformat()

        updated_at = self.updated_at.isoformat()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "task_id": task_id,
                "external_ticket_key": external_ticket_key,
                "ticket_url": ticket_url,
                "field": field,
                "ours": ours,
                "theirs": theirs,
                "reason": reason,
                "resolution": resolution,
                "resolved_at": resolved_at,
                "created_at": created_at,
                "updated_at": updated_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = UUID(d.pop("id"))

        task_id = UUID(d.pop("task_id"))

        external_ticket_key = d.pop("external_ticket_key")

        ticket_url = d.pop("ticket_url")

        field = ConflictField(d.pop("field"))

        ours = d.pop("ours")

        theirs = d.pop("theirs")

        reason = d.pop("reason")

        resolution = ConflictResolution(d.pop("resolution"))

        def _parse_resolved_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                resolved_at_type_0 = datetime.datetime.fromisoformat(data)

                return resolved_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        resolved_at = _parse_resolved_at(d.pop("resolved_at"))

        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))

        updated_at = datetime.datetime.fromisoformat(d.pop("updated_at"))

        conflict = cls(
            id=id,
            task_id=task_id,
            external_ticket_key=external_ticket_key,
            ticket_url=ticket_url,
            field=field,
            ours=ours,
            theirs=theirs,
            reason=reason,
            resolution=resolution,
            resolved_at=resolved_at,
            created_at=created_at,
            updated_at=updated_at,
        )

        conflict.additional_properties = d
        return conflict

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
