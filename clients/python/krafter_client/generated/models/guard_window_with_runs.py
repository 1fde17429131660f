from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.guard_window_with_runs_status import GuardWindowWithRunsStatus

if TYPE_CHECKING:
    from ..models.guard_run import GuardRun


T = TypeVar("T", bound="GuardWindowWithRuns")


@_attrs_define
class GuardWindowWithRuns:
    """A guard window with its runs, in the order in which they are due."""

    id: UUID
    finding_id: UUID
    verification_id: UUID
    status: GuardWindowWithRunsStatus
    runs_passed: int
    runs_total: int
    ends_at: datetime.datetime
    created_at: datetime.datetime
    updated_at: datetime.datetime
    runs: list[GuardRun]
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

        runs = []
        for runs_item_data in self.runs:
            runs_item = runs_item_data.to_dict()
            runs.append(runs_item)

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
                "runs": runs,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.guard_run import GuardRun  # noqa: PLC0415

        d = dict(src_dict)
        id = UUID(d.pop("id"))

        finding_id = UUID(d.pop("finding_id"))

        verification_id = UUID(d.pop("verification_id"))

        status = GuardWindowWithRunsStatus(d.pop("status"))

        runs_passed = d.pop("runs_passed")

        runs_total = d.pop("runs_total")

        ends_at = datetime.datetime.fromisoformat(d.pop("ends_at"))

        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))

        updated_at = datetime.datetime.fromisoformat(d.pop("updated_at"))

        runs = []
        _runs = d.pop("runs")
        for runs_item_data in _runs:
            runs_item = GuardRun.from_dict(runs_item_data)

            runs.append(runs_item)

        guard_window_with_runs = cls(
            id=id,
            finding_id=finding_id,
            verification_id=verification_id,
            status=status,
            runs_passed=runs_passed,
            runs_total=runs_total,
            ends_at=ends_at,
            created_at=created_at,
            updated_at=updated_at,
            runs=runs,
        )

        guard_window_with_runs.additional_properties = d
        return guard_window_with_runs

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
