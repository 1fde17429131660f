from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="ReplacePolicyRequest")


@_attrs_define
class ReplacePolicyRequest:
    """The new policy, which replaces the present one."""

    config: Any
    name: str | Unset = UNSET
    plan_token: str | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        config = self.config

        name = self.name

        plan_token = self.plan_token

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "config": config,
            }
        )
        if name is not UNSET:
            field_dict["name"] = name
        if plan_token is not UNSET:
            field_dict["plan_token"] = plan_token

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        config = d.pop("config")

        name = d.pop("name", UNSET)

        plan_token = d.pop("plan_token", UNSET)

        replace_policy_request = cls(
            config=config,
            name=name,
            plan_token=plan_token,
        )

        return replace_policy_request
