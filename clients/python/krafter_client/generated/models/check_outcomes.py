from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="CheckOutcomes")


@_attrs_define
class CheckOutcomes:
    """The number of checks by outcome."""

    passed: int
    failed: int
    inconclusive: int
    not_applicable: int
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        passed = self.passed

        failed = self.failed

        inconclusive = self.inconclusive

        not_applicable = self.not_applicable

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "passed": passed,
                "failed": failed,
                "inconclusive": inconclusive,
                "not_applicable": not_applicable,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        passed = d.pop("passed")

        failed = d.pop("failed")

        inconclusive = d.pop("inconclusive")

        not_applicable = d.pop("not_applicable")

        check_outcomes = cls(
            passed=passed,
            failed=failed,
            inconclusive=inconclusive,
            not_applicable=not_applicable,
        )

        check_outcomes.additional_properties = d
        return check_outcomes

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
