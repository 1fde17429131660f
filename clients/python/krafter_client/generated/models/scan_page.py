from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.check_outcomes import CheckOutcomes


T = TypeVar("T", bound="ScanPage")


@_attrs_define
class ScanPage:
    """A page of a scan and one scanner; `checked_at` is null until the page has been checked."""

    scanner: str
    position: int
    url: str
    route: str
    note: str
    outcomes: CheckOutcomes
    """ The number of checks by outcome. """
    checked_at: datetime.datetime | None
    duration_ms: float | None
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        scanner = self.scanner

        position = self.position

        url = self.url

        route = self.route

        note = self.note

        outcomes = self.outcomes.to_dict()

        checked_at: None | str
        if isinstance(self.checked_at, datetime.datetime):
            checked_at = self.checked_at.isoformat()
        else:
            checked_at = self.checked_at

        duration_ms: float | None
        duration_ms = self.duration_ms

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "scanner": scanner,
                "position": position,
                "url": url,
                "route": route,
                "note": note,
                "outcomes": outcomes,
                "checked_at": checked_at,
                "duration_ms": duration_ms,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.check_outcomes import CheckOutcomes  # noqa: PLC0415

        d = dict(src_dict)
        scanner = d.pop("scanner")

        position = d.pop("position")

        url = d.pop("url")

        route = d.pop("route")

        note = d.pop("note")

        outcomes = CheckOutcomes.from_dict(d.pop("outcomes"))

        def _parse_checked_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                checked_at_type_0 = datetime.datetime.fromisoformat(data)

                return checked_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        checked_at = _parse_checked_at(d.pop("checked_at"))

        def _parse_duration_ms(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        duration_ms = _parse_duration_ms(d.pop("duration_ms"))

        scan_page = cls(
            scanner=scanner,
            position=position,
            url=url,
            route=route,
            note=note,
            outcomes=outcomes,
            checked_at=checked_at,
            duration_ms=duration_ms,
        )

        scan_page.additional_properties = d
        return scan_page

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
