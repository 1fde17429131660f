from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.check_domain import CheckDomain
from ..models.check_kind import CheckKind
from ..models.check_severity import CheckSeverity

if TYPE_CHECKING:
    from ..models.check_reliability import CheckReliability
    from ..models.check_threshold import CheckThreshold


T = TypeVar("T", bound="Check")


@_attrs_define
class Check:
    """A check."""

    key: str
    domain: CheckDomain
    kind: CheckKind
    title: str
    rule: str
    severity: CheckSeverity
    version: int
    enabled: bool
    threshold: CheckThreshold | None
    reliability: CheckReliability | None
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.check_reliability import CheckReliability  # noqa: PLC0415
        from ..models.check_threshold import CheckThreshold  # noqa: PLC0415

        key = self.key

        domain = self.domain.value

        kind = self.kind.value

        title = self.title

        rule = self.rule

        severity = self.severity.value

        version = self.version

        enabled = self.enabled

        threshold: dict[str, Any] | None
        if isinstance(self.threshold, CheckThreshold):
            threshold = self.threshold.to_dict()
        else:
            threshold = self.threshold

        reliability: dict[str, Any] | None
        if isinstance(self.reliability, CheckReliability):
            reliability = self.reliability.to_dict()
        else:
            reliability = self.reliability

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "key": key,
                "domain": domain,
                "kind": kind,
                "title": title,
                "rule": rule,
                "severity": severity,
                "version": version,
                "enabled": enabled,
                "threshold": threshold,
                "reliability": reliability,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.check_reliability import CheckReliability  # noqa: PLC0415
        from ..models.check_threshold import CheckThreshold  # noqa: PLC0415

        d = dict(src_dict)
        key = d.pop("key")

        domain = CheckDomain(d.pop("domain"))

        kind = CheckKind(d.pop("kind"))

        title = d.pop("title")

        rule = d.pop("rule")

        severity = CheckSeverity(d.pop("severity"))

        version = d.pop("version")

        enabled = d.pop("enabled")

        def _parse_threshold(data: object) -> CheckThreshold | None:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                threshold_type_0 = CheckThreshold.from_dict(data)

                return threshold_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(CheckThreshold | None, data)

        threshold = _parse_threshold(d.pop("threshold"))

        def _parse_reliability(data: object) -> CheckReliability | None:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                reliability_type_0 = CheckReliability.from_dict(data)

                return reliability_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(CheckReliability | None, data)

        reliability = _parse_reliability(d.pop("reliability"))

        check = cls(
            key=key,
            domain=domain,
            kind=kind,
            title=title,
            rule=rule,
            severity=severity,
            version=version,
            enabled=enabled,
            threshold=threshold,
            reliability=reliability,
        )

        check.additional_properties = d
        return check

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
