from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="RestorePolicyRequest")


@_attrs_define
class RestorePolicyRequest:
    """Empty, or the plan of a test of the version's config, which then also changes existing rows."""

    plan_token: str | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        plan_token = self.plan_token

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if plan_token is not UNSET:
            field_dict["plan_token"] = plan_token

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        plan_token = d.pop("plan_token", UNSET)

        restore_policy_request = cls(
            plan_token=plan_token,
        )

        return restore_policy_request
