from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.command_center_findings_by_domain import CommandCenterFindingsByDomain
    from ..models.command_center_findings_by_severity import (
        CommandCenterFindingsBySeverity,
    )
    from ..models.command_center_findings_by_status import CommandCenterFindingsByStatus
    from ..models.command_center_tasks_by_status import CommandCenterTasksByStatus
    from ..models.scan import Scan


T = TypeVar("T", bound="CommandCenter")


@_attrs_define
class CommandCenter:
    """Counts of findings and tasks, and the latest scan."""

    findings_by_severity: CommandCenterFindingsBySeverity
    findings_by_domain: CommandCenterFindingsByDomain
    findings_by_status: CommandCenterFindingsByStatus
    tasks_by_status: CommandCenterTasksByStatus
    open_findings: int
    overdue_tasks: int
    latest_scan: None | Scan
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.scan import Scan  # noqa: PLC0415

        findings_by_severity = self.findings_by_severity.to_dict()

        findings_by_domain = self.findings_by_domain.to_dict()

        findings_by_status = self.findings_by_status.to_dict()

        tasks_by_status = self.tasks_by_status.to_dict()

        open_findings = self.open_findings

        overdue_tasks = self.overdue_tasks

        latest_scan: dict[str, Any] | None
        if isinstance(self.latest_scan, Scan):
            latest_scan = self.latest_scan.to_dict()
        else:
            latest_scan = self.latest_scan

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "findings_by_severity": findings_by_severity,
                "findings_by_domain": findings_by_domain,
                "findings_by_status": findings_by_status,
                "tasks_by_status": tasks_by_status,
                "open_findings": open_findings,
                "overdue_tasks": overdue_tasks,
                "latest_scan": latest_scan,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.command_center_findings_by_domain import (
            CommandCenterFindingsByDomain,  # noqa: PLC0415
        )
        from ..models.command_center_findings_by_severity import (
            CommandCenterFindingsBySeverity,  # noqa: PLC0415
        )
        from ..models.command_center_findings_by_status import (
            CommandCenterFindingsByStatus,  # noqa: PLC0415
        )
        from ..models.command_center_tasks_by_status import CommandCenterTasksByStatus  # noqa: PLC0415
        from ..models.scan import Scan  # noqa: PLC0415

        d = dict(src_dict)
        findings_by_severity = CommandCenterFindingsBySeverity.from_dict(d.pop("findings_by_severity"))

        findings_by_domain = CommandCenterFindingsByDomain.from_dict(d.pop("findings_by_domain"))

        findings_by_status = CommandCenterFindingsByStatus.from_dict(d.pop("findings_by_status"))

        tasks_by_status = CommandCenterTasksByStatus.from_dict(d.pop("tasks_by_status"))

        open_findings = d.pop("open_findings")

        overdue_tasks = d.pop("overdue_tasks")

        def _parse_latest_scan(data: object) -> None | Scan:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                latest_scan_type_0 = Scan.from_dict(data)

                return latest_scan_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | Scan, data)

        latest_scan = _parse_latest_scan(d.pop("latest_scan"))

        command_center = cls(
            findings_by_severity=findings_by_severity,
            findings_by_domain=findings_by_domain,
            findings_by_status=findings_by_status,
            tasks_by_status=tasks_by_status,
            open_findings=open_findings,
            overdue_tasks=overdue_tasks,
            latest_scan=latest_scan,
        )

        command_center.additional_properties = d
        return command_center

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
