from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.finding_counts_by_domain import FindingCountsByDomain
    from ..models.finding_counts_by_severity import FindingCountsBySeverity
    from ..models.finding_counts_by_status import FindingCountsByStatus


T = TypeVar("T", bound="FindingCounts")


@_attrs_define
class FindingCounts:
    """The number of findings, and the sum of their scores."""

    total: int
    score: int
    by_status: FindingCountsByStatus
    by_severity: FindingCountsBySeverity
    by_domain: FindingCountsByDomain
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        total = self.total

        score = self.score

        by_status = self.by_status.to_dict()

        by_severity = self.by_severity.to_dict()

        by_domain = self.by_domain.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "total": total,
                "score": score,
                "by_status": by_status,
                "by_severity": by_severity,
                "by_domain": by_domain,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.finding_counts_by_domain import FindingCountsByDomain  # noqa: PLC0415
        from ..models.finding_counts_by_severity import FindingCountsBySeverity  # noqa: PLC0415
        from ..models.finding_counts_by_status import FindingCountsByStatus  # noqa: PLC0415

        d = dict(src_dict)
        total = d.pop("total")

        score = d.pop("score")

        by_status = FindingCountsByStatus.from_dict(d.pop("by_status"))

        by_severity = FindingCountsBySeverity.from_dict(d.pop("by_severity"))

        by_domain = FindingCountsByDomain.from_dict(d.pop("by_domain"))

        finding_counts = cls(
            total=total,
            score=score,
            by_status=by_status,
            by_severity=by_severity,
            by_domain=by_domain,
        )

        finding_counts.additional_properties = d
        return finding_counts

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
