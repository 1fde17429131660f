from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.ownership_attempt_method import OwnershipAttemptMethod

T = TypeVar("T", bound="OwnershipAttempt")


@_attrs_define
class OwnershipAttempt:
    """A place that the last check read, and what it found."""

    method: OwnershipAttemptMethod
    place: str
    said: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        method = self.method.value

        place = self.place

        said = self.said

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "method": method,
                "place": place,
                "said": said,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        method = OwnershipAttemptMethod(d.pop("method"))

        place = d.pop("place")

        said = d.pop("said")

        ownership_attempt = cls(
            method=method,
            place=place,
            said=said,
        )

        ownership_attempt.additional_properties = d
        return ownership_attempt

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
