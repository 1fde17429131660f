from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="ReportSnapshot")


@_attrs_define
class ReportSnapshot:
    """The key figures of a report."""

    open_findings: int
    verification_pass_rate: float
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        open_findings = self.open_findings

        verification_pass_rate = self.verification_pass_rate

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "open_findings": open_findings,
                "verification_pass_rate": verification_pass_rate,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        open_findings = d.pop("open_findings")

        verification_pass_rate = d.pop("verification_pass_rate")

        report_snapshot = cls(
            open_findings=open_findings,
            verification_pass_rate=verification_pass_rate,
        )

        report_snapshot.additional_properties = d
        return report_snapshot

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
