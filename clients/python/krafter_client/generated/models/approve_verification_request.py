from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="ApproveVerificationRequest")


@_attrs_define
class ApproveVerificationRequest:
    """Empty, or an override with its reason."""

    override: bool | Unset = False
    reason: str | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        override = self.override

        reason = self.reason

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if override is not UNSET:
            field_dict["override"] = override
        if reason is not UNSET:
            field_dict["reason"] = reason

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        override = d.pop("override", UNSET)

        reason = d.pop("reason", UNSET)

        approve_verification_request = cls(
            override=override,
            reason=reason,
        )

        return approve_verification_request
