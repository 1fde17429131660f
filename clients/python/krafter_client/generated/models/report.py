from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.report_format import ReportFormat
from ..models.report_status import ReportStatus

if TYPE_CHECKING:
    from ..models.report_snapshot import ReportSnapshot


T = TypeVar("T", bound="Report")


@_attrs_define
class Report:
    """A report."""

    id: UUID
    org_id: str
    """ Return the organisation's id. """
    project_id: str
    """ Return the project's slug. """
    period_start: datetime.date
    period_end: datetime.date
    format_: ReportFormat
    status: ReportStatus
    snapshot: ReportSnapshot
    """ The key figures of a report. """
    exported_at: datetime.datetime | None
    shared_at: datetime.datetime | None
    created_at: datetime.datetime
    updated_at: datetime.datetime
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = str(self.id)

        org_id = self.org_id

        project_id = self.project_id

        period_start = self.period_start.isoformat()

        period_end = self.period_end.isoformat()

        format_ = self.format_.value

        status = self.status.value

        snapshot = self.snapshot.to_dict()

        exported_at: None | str
        if isinstance(self.exported_at, datetime.datetime):
            exported_at = self.exported_at.isoformat()
        else:
            exported_at = self.exported_at

        shared_at: None | str
        if isinstance(self.shared_at, datetime.datetime):
            shared_at = self.shared_at.isoformat()
        else:
            shared_at = self.shared_at

        created_at = self.created_at.isoformat()

        updated_at = self.updated_at.isoformat()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "org_id": org_id,
                "project_id": project_id,
                "period_start": period_start,
                "period_end": period_end,
                "format": format_,
                "status": status,
                "snapshot": snapshot,
                "exported_at": exported_at,
                "shared_at": shared_at,
                "created_at": created_at,
                "updated_at": updated_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.report_snapshot import ReportSnapshot  # noqa: PLC0415

        d = dict(src_dict)
        id = UUID(d.pop("id"))

        org_id = d.pop("org_id")

        project_id = d.pop("project_id")

        period_start = datetime.date.fromisoformat(d.pop("period_start"))

        period_end = datetime.date.fromisoformat(d.pop("period_end"))

        format_ = ReportFormat(d.pop("format"))

        status = ReportStatus(d.pop("status"))

        snapshot = ReportSnapshot.from_dict(d.pop("snapshot"))

        def _parse_exported_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                exported_at_type_0 = datetime.datetime.fromisoformat(data)

                return exported_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        exported_at = _parse_exported_at(d.pop("exported_at"))

        def _parse_shared_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                shared_at_type_0 = datetime.datetime.fromisoformat(data)

                return shared_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        shared_at = _parse_shared_at(d.pop("shared_at"))

        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))

        updated_at = datetime.datetime.fromisoformat(d.pop("updated_at"))

        report = cls(
            id=id,
            org_id=org_id,
            project_id=project_id,
            period_start=period_start,
            period_end=period_end,
            format_=format_,
            status=status,
            snapshot=snapshot,
            exported_at=exported_at,
            shared_at=shared_at,
            created_at=created_at,
            updated_at=updated_at,
        )

        report.additional_properties = d
        return report

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
