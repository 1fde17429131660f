from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..models.export_report_request_format import ExportReportRequestFormat

T = TypeVar("T", bound="ExportReportRequest")


@_attrs_define
class ExportReportRequest:
    """The format of an export."""

    format_: ExportReportRequestFormat

    def to_dict(self) -> dict[str, Any]:
        format_ = self.format_.value

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "format": format_,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        format_ = ExportReportRequestFormat(d.pop("format"))

        export_report_request = cls(
            format_=format_,
        )

        return export_report_request
