from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="RiskChanges")


@_attrs_define
class RiskChanges:
    """The changes of one day, by the way in which findings changed."""

    opened: int
    reopened: int
    rescored: int
    resolved: int
    dismissed: int
    other: int
    """ Deleted findings, and corrections of the counter. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        opened = self.opened

        reopened = self.reopened

        rescored = self.rescored

        resolved = self.resolved

        dismissed = self.dismissed

        other = self.other

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
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        opened = d.pop("opened")

        reopened = d.pop("reopened")

        rescored = d.pop("rescored")

        resolved = d.pop("resolved")

        dismissed = d.pop("dismissed")

        other = d.pop("other")

        risk_changes = cls(
            opened=opened,
            reopened=reopened,
            rescored=rescored,
            resolved=resolved,
            dismissed=dismissed,
            other=other,
        )

        risk_changes.additional_properties = d
        return risk_changes

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
