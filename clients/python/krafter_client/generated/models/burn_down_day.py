from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.risk_changes import RiskChanges


T = TypeVar("T", bound="BurnDownDay")


@_attrs_define
class BurnDownDay:
    """The open risk score at the end of one day, and the changes whose sum is the difference from the day before."""

    opened: int
    reopened: int
    rescored: int
    resolved: int
    dismissed: int
    other: int
    """ Deleted findings, and corrections of the counter. """
    date: datetime.date
    open_risk_score: int
    findings: RiskChanges
    """ The changes of one day, by the way in which findings changed. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        opened = self.opened

        reopened = self.reopened

        rescored = self.rescored

        resolved = self.resolved

        dismissed = self.dismissed

        other = self.other

        date = self.date.isoformat()

        open_risk_score = self.open_risk_score

        findings = self.findings.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "opened": opened,
                "reopened": reopened,
                "rescored": rescored,
                "resolved": resolved,
                "dismissed": dismissed,
                "other": other,
                "date": date,
                "open_risk_score": open_risk_score,
                "findings": findings,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.risk_changes import RiskChanges  # noqa: PLC0415

        d = dict(src_dict)
        opened = d.pop("opened")

        reopened = d.pop("reopened")

        rescored = d.pop("rescored")

        resolved = d.pop("resolved")

        dismissed = d.pop("dismissed")

        other = d.pop("other")

        date = datetime.date.fromisoformat(d.pop("date"))

        open_risk_score = d.pop("open_risk_score")

        findings = RiskChanges.from_dict(d.pop("findings"))

        burn_down_day = cls(
            opened=opened,
            reopened=reopened,
            rescored=rescored,
            resolved=resolved,
            dismissed=dismissed,
            other=other,
            date=date,
            open_risk_score=open_risk_score,
            findings=findings,
        )

        burn_down_day.additional_properties = d
        return burn_down_day

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
