from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..models.finding_filter_request_domain_item import FindingFilterRequestDomainItem
from ..models.finding_filter_request_severity_item import (
    FindingFilterRequestSeverityItem,
)
from ..models.finding_filter_request_status_item import FindingFilterRequestStatusItem
from ..types import UNSET, Unset

T = TypeVar("T", bound="FindingFilterRequest")


@_attrs_define
class FindingFilterRequest:
    """Selects findings by severity, status and domain."""

    severity: list[FindingFilterRequestSeverityItem] | Unset = UNSET
    status: list[FindingFilterRequestStatusItem] | Unset = UNSET
    domain: list[FindingFilterRequestDomainItem] | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        severity: list[str] | Unset = UNSET
        if not isinstance(self.severity, Unset):
            severity = []
            for severity_item_data in self.severity:
                severity_item = severity_item_data.value
                severity.append(severity_item)

        status: list[str] | Unset = UNSET
        if not isinstance(self.status, Unset):
            status = []
            for status_item_data in self.status:
                status_item = status_item_data.value
                status.append(status_item)

        domain: list[str] | Unset = UNSET
        if not isinstance(self.domain, Unset):
            domain = []
            for domain_item_data in self.domain:
                domain_item = domain_item_data.value
                domain.append(domain_item)

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if severity is not UNSET:
            field_dict["severity"] = severity
        if status is not UNSET:
            field_dict["status"] = status
        if domain is not UNSET:
            field_dict["domain"] = domain

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        _severity = d.pop("severity", UNSET)
        severity: list[FindingFilterRequestSeverityItem] | Unset = UNSET
        if _severity is not UNSET:
            severity = []
            for severity_item_data in _severity:
                severity_item = FindingFilterRequestSeverityItem(severity_item_data)

                severity.append(severity_item)

        _status = d.pop("status", UNSET)
        status: list[FindingFilterRequestStatusItem] | Unset = UNSET
        if _status is not UNSET:
            status = []
            for status_item_data in _status:
                status_item = FindingFilterRequestStatusItem(status_item_data)

                status.append(status_item)

        _domain = d.pop("domain", UNSET)
        domain: list[FindingFilterRequestDomainItem] | Unset = UNSET
        if _domain is not UNSET:
            domain = []
            for domain_item_data in _domain:
                domain_item = FindingFilterRequestDomainItem(domain_item_data)

                domain.append(domain_item)

        finding_filter_request = cls(
            severity=severity,
            status=status,
            domain=domain,
        )

        return finding_filter_request
