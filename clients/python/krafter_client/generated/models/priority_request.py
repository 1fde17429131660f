from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="PriorityRequest")


@_attrs_define
class PriorityRequest:
    """Any of the four numbers, 0 to 100; omitted ones are derived from the severity."""

    impact: int | Unset = UNSET
    effort: int | Unset = UNSET
    risk: int | Unset = UNSET
    score: int | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        impact = self.impact

        effort = self.effort

        risk = self.risk

        score = self.score

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if impact is not UNSET:
            field_dict["impact"] = impact
        if effort is not UNSET:
            field_dict["effort"] = effort
        if risk is not UNSET:
            field_dict["risk"] = risk
        if score is not UNSET:
            field_dict["score"] = score

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        impact = d.pop("impact", UNSET)

        effort = d.pop("effort", UNSET)

        risk = d.pop("risk", UNSET)

        score = d.pop("score", UNSET)

        priority_request = cls(
            impact=impact,
            effort=effort,
            risk=risk,
            score=score,
        )

        return priority_request
