from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..models.invite_member_request_role import InviteMemberRequestRole
from ..types import UNSET, Unset

T = TypeVar("T", bound="InviteMemberRequest")


@_attrs_define
class InviteMemberRequest:
    """The person to add."""

    email: str
    role: InviteMemberRequestRole | Unset = InviteMemberRequestRole.MEMBER

    def to_dict(self) -> dict[str, Any]:
        email = self.email

        role: str | Unset = UNSET
        if not isinstance(self.role, Unset):
            role = self.role.value

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "email": email,
            }
        )
        if role is not UNSET:
            field_dict["role"] = role

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        email = d.pop("email")

        _role = d.pop("role", UNSET)
        role: InviteMemberRequestRole | Unset
        if isinstance(_role, Unset):
            role = UNSET
        else:
            role = InviteMemberRequestRole(_role)

        invite_member_request = cls(
            email=email,
            role=role,
        )

        return invite_member_request
