from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.guard_window_status import GuardWindowStatus

T = TypeVar("T", bound="GuardWindow")


@_attrs_define
class GuardWindow:
    """A guard window."""

    id: UUID
    finding_id: UUID
    verification_id: UUID
    status: GuardWindowStatus
    runs_passed: int
    runs_total: int
    ends_at: datetime.datetime
    created_at: datetime.datetime
    updated_at: datetime.datetime
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = str(self.id)

        finding_id = str(self.finding_id)

        verification_id = str(self.verification_id)

        status = self.status.value

        runs_passed = self.runs_passed

        runs_total = self.runs_total

        ends_at = self.ends_at.isoformat()

        created_at = self.created_at.isoformat()

        updated_at = self.updated_at.isoformat()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "finding_id": finding_id,
                "verification_id": verification_id,
                "status": status,
                "runs_passed": runs_passed,
                "runs_total": runs_total,
                "ends_at": ends_at,
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

        verification_id = UUID(d.pop("verification_id"))

        status = GuardWindowStatus(d.pop("status"))

        runs_passed = d.pop("runs_passed")

        runs_total = d.pop("runs_total")

        ends_at = datetime.datetime.fromisoformat(d.pop("ends_at"))

        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))

        updated_at = datetime.datetime.fromisoformat(d.pop("updated_at"))

        guard_window = cls(
            id=id,
            finding_id=finding_id,
            verification_id=verification_id,
            status=status,
            runs_passed=runs_passed,
            runs_total=runs_total,
            ends_at=ends_at,
            created_at=created_at,
            updated_at=updated_at,
        )

        guard_window.additional_properties = d
        return guard_window

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
