from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.bulk_create_findings_request_mode import BulkCreateFindingsRequestMode
from ..types import UNSET, Unset

T = TypeVar("T", bound="BulkCreateFindingsRequest")


@_attrs_define
class BulkCreateFindingsRequest:
    """Up to 1,000 findings: all or nothing, or with mode `partial` a result for each."""

    findings: list[Any]
    """ Each as the body of `create_finding`; with mode `partial` some may be invalid. """
    mode: BulkCreateFindingsRequestMode | Unset = BulkCreateFindingsRequestMode.ALL
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        findings = self.findings

        mode: str | Unset = UNSET
        if not isinstance(self.mode, Unset):
            mode = self.mode.value

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "findings": findings,
            }
        )
        if mode is not UNSET:
            field_dict["mode"] = mode

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        findings = cast(list[Any], d.pop("findings"))

        _mode = d.pop("mode", UNSET)
        mode: BulkCreateFindingsRequestMode | Unset
        if isinstance(_mode, Unset):
            mode = UNSET
        else:
            mode = BulkCreateFindingsRequestMode(_mode)

        bulk_create_findings_request = cls(
            findings=findings,
            mode=mode,
        )

        bulk_create_findings_request.additional_properties = d
        return bulk_create_findings_request

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
