from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.forecast_status import ForecastStatus

if TYPE_CHECKING:
    from ..models.forecast_basis import ForecastBasis
    from ..models.forecast_range import ForecastRange


T = TypeVar("T", bound="Forecast")


@_attrs_define
class Forecast:
    """When no critical finding is open."""

    status: ForecastStatus
    open_critical: int
    horizon_days: int
    basis: ForecastBasis
    """ The days that the simulation is made of, and the critical findings that were opened and closed in them. """
    ranges: list[ForecastRange]
    """ Of 50 % and of 90 %; empty without a forecast. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        status = self.status.value

        open_critical = self.open_critical

        horizon_days = self.horizon_days

        basis = self.basis.to_dict()

        ranges = []
        for ranges_item_data in self.ranges:
            ranges_item = ranges_item_data.to_dict()
            ranges.append(ranges_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "status": status,
                "open_critical": open_critical,
                "horizon_days": horizon_days,
                "basis": basis,
                "ranges": ranges,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.forecast_basis import ForecastBasis  # noqa: PLC0415
        from ..models.forecast_range import ForecastRange  # noqa: PLC0415

        d = dict(src_dict)
        status = ForecastStatus(d.pop("status"))

        open_critical = d.pop("open_critical")

        horizon_days = d.pop("horizon_days")

        basis = ForecastBasis.from_dict(d.pop("basis"))

        ranges = []
        _ranges = d.pop("ranges")
        for ranges_item_data in _ranges:
            ranges_item = ForecastRange.from_dict(ranges_item_data)

            ranges.append(ranges_item)

        forecast = cls(
            status=status,
            open_critical=open_critical,
            horizon_days=horizon_days,
            basis=basis,
            ranges=ranges,
        )

        forecast.additional_properties = d
        return forecast

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
