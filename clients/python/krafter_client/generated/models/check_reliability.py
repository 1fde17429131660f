from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="CheckReliability")


@_attrs_define
class CheckReliability:
    """The reliability of a check in this project, by the scans and verifications of the last 90 days."""

    runs: int
    """ Runs on a page that passed or failed. """
    compared: int
    """ Runs on a page that had not changed since the previous run. """
    flips: int
    """ Compared runs with the opposite result. """
    flip_rate: float | None
    fixes: int
    """ Approved verifications in which the check passed. """
    returned_within_7_days: int
    """ Fixes whose finding came back within 7 days. """
    returned_within_30_days: int
    median_hours_to_fix: float | None
    measured_at: datetime.datetime
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        runs = self.runs

        compared = self.compared

        flips = self.flips

        flip_rate: float | None
        flip_rate = self.flip_rate

        fixes = self.fixes

        returned_within_7_days = self.returned_within_7_days

        returned_within_30_days = self.returned_within_30_days

        median_hours_to_fix: float | None
        median_hours_to_fix = self.median_hours_to_fix

        measured_at = self.measured_at.isoformat()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "runs": runs,
                "compared": compared,
                "flips": flips,
                "flip_rate": flip_rate,
                "fixes": fixes,
                "returned_within_7_days": returned_within_7_days,
                "returned_within_30_days": returned_within_30_days,
                "median_hours_to_fix": median_hours_to_fix,
                "measured_at": measured_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        runs = d.pop("runs")

        compared = d.pop("compared")

        flips = d.pop("flips")

        def _parse_flip_rate(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        flip_rate = _parse_flip_rate(d.pop("flip_rate"))

        fixes = d.pop("fixes")

        returned_within_7_days = d.pop("returned_within_7_days")

        returned_within_30_days = d.pop("returned_within_30_days")

        def _parse_median_hours_to_fix(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        median_hours_to_fix = _parse_median_hours_to_fix(d.pop("median_hours_to_fix"))

        measured_at = datetime.datetime.fromisoformat(d.pop("measured_at"))

        check_reliability = cls(
            runs=runs,
            compared=compared,
            flips=flips,
            flip_rate=flip_rate,
            fixes=fixes,
            returned_within_7_days=returned_within_7_days,
            returned_within_30_days=returned_within_30_days,
            median_hours_to_fix=median_hours_to_fix,
            measured_at=measured_at,
        )

        check_reliability.additional_properties = d
        return check_reliability

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
