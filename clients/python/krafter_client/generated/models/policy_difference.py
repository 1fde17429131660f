from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.policy_difference_change import PolicyDifferenceChange

T = TypeVar("T", bound="PolicyDifference")


@_attrs_define
class PolicyDifference:
    """A value that differs between two versions."""

    path: str
    """ A JSON Pointer (RFC 6901), such as /sla_hours/critical. """
    change: PolicyDifferenceChange
    before: Any
    """ Null if it was added. """
    after: Any
    """ Null if it was removed. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        path = self.path

        change = self.change.value

        before = self.before

        after = self.after

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "path": path,
                "change": change,
                "before": before,
                "after": after,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        path = d.pop("path")

        change = PolicyDifferenceChange(d.pop("change"))

        before = d.pop("before")

        after = d.pop("after")

        policy_difference = cls(
            path=path,
            change=change,
            before=before,
            after=after,
        )

        policy_difference.additional_properties = d
        return policy_difference

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
