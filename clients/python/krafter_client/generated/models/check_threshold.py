from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.check_threshold_direction import CheckThresholdDirection

T = TypeVar("T", bound="CheckThreshold")


@_attrs_define
class CheckThreshold:
    """The threshold of a metric, which is a maximum (`max`) or a minimum (`min`)."""

    value: float
    """ As the project's policy sets it. """
    default: float
    unit: str
    direction: CheckThresholdDirection
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        value = self.value

        default = self.default

        unit = self.unit

        direction = self.direction.value

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "value": value,
                "default": default,
                "unit": unit,
                "direction": direction,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        value = d.pop("value")

        default = d.pop("default")

        unit = d.pop("unit")

        direction = CheckThresholdDirection(d.pop("direction"))

        check_threshold = cls(
            value=value,
            default=default,
            unit=unit,
            direction=direction,
        )

        check_threshold.additional_properties = d
        return check_threshold

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
