from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="ScanResult")


@_attrs_define
class ScanResult:
    """The result of one check on one page."""

    url: str
    route: str
    scanner: str
    key: str
    version: int
    outcome: str
    reason: None | str
    """ Return why the check was inconclusive, or null. """
    value: Any
    samples: Any
    unit: str
    threshold: float | None
    evidence: Any
    tools: Any
    profile: str
    duration_ms: float
    seen_at: datetime.datetime
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        url = self.url

        route = self.route

        scanner = self.scanner

        key = self.key

        version = self.version

        outcome = self.outcome

        reason: None | str
        reason = self.reason

        value = self.value

        samples = self.samples

        unit = self.unit

        threshold: float | None
        threshold = self.threshold

        evidence = self.evidence

        tools = self.tools

        profile = self.profile

        duration_ms = self.duration_ms

        seen_at = self.seen_at.isoformat()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "url": url,
                "route": route,
                "scanner": scanner,
                "key": key,
                "version": version,
                "outcome": outcome,
                "reason": reason,
                "value": value,
                "samples": samples,
                "unit": unit,
                "threshold": threshold,
                "evidence": evidence,
                "tools": tools,
                "profile": profile,
                "duration_ms": duration_ms,
                "seen_at": seen_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        url = d.pop("url")

        route = d.pop("route")

        scanner = d.pop("scanner")

        key = d.pop("key")

        version = d.pop("version")

        outcome = d.pop("outcome")

        def _parse_reason(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        reason = _parse_reason(d.pop("reason"))

        value = d.pop("value")

        samples = d.pop("samples")

        unit = d.pop("unit")

        def _parse_threshold(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        threshold = _parse_threshold(d.pop("threshold"))

        evidence = d.pop("evidence")

        tools = d.pop("tools")

        profile = d.pop("profile")

        duration_ms = d.pop("duration_ms")

        seen_at = datetime.datetime.fromisoformat(d.pop("seen_at"))

        scan_result = cls(
            url=url,
            route=route,
            scanner=scanner,
            key=key,
            version=version,
            outcome=outcome,
            reason=reason,
            value=value,
            samples=samples,
            unit=unit,
            threshold=threshold,
            evidence=evidence,
            tools=tools,
            profile=profile,
            duration_ms=duration_ms,
            seen_at=seen_at,
        )

        scan_result.additional_properties = d
        return scan_result

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
