from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.bulk_create_findings_request_mode import BulkCreateFindingsRequestMode
from ..types import UNSET, Unset

T = TypeVar("T", bound="BulkCreateFindingsRequest")


@_attrs_define
class BulkCreateFindingsRequest:
    """Up to 1,000 findings: all or nothing, or with mode `partial` a result for each."""

    findings: list[Any]
    """ Each as the body of `create_finding`; with mode `partial` some may be invalid. """
    mode: BulkCreateFindingsRequestMode | Unset = BulkCreateFindingsRequestMode.ALL

    def to_dict(self) -> dict[str, Any]:
        findings = self.findings

        mode: str | Unset = UNSET
        if not isinstance(self.mode, Unset):
            mode = self.mode.value

        field_dict: dict[str, Any] = {}

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

        return bulk_create_findings_request
