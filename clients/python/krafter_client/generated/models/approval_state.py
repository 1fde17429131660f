from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.approval import Approval


T = TypeVar("T", bound="ApprovalState")


@_attrs_define
class ApprovalState:
    """The approvals of a verification, and how many the policy requires."""

    verification_id: UUID
    required: int
    not_author: bool
    """ The person who set the task to ready to verify may not approve. """
    given: int
    """ Without withdrawn ones. """
    approvals: list[Approval]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        verification_id = str(self.verification_id)

        required = self.required

        not_author = self.not_author

        given = self.given

        approvals = []
        for approvals_item_data in self.approvals:
            approvals_item = approvals_item_data.to_dict()
            approvals.append(approvals_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "verification_id": verification_id,
                "required": required,
                "not_author": not_author,
                "given": given,
                "approvals": approvals,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.approval import Approval  # noqa: PLC0415

        d = dict(src_dict)
        verification_id = UUID(d.pop("verification_id"))

        required = d.pop("required")

        not_author = d.pop("not_author")

        given = d.pop("given")

        approvals = []
        _approvals = d.pop("approvals")
        for approvals_item_data in _approvals:
            approvals_item = Approval.from_dict(approvals_item_data)

            approvals.append(approvals_item)

        approval_state = cls(
            verification_id=verification_id,
            required=required,
            not_author=not_author,
            given=given,
            approvals=approvals,
        )

        approval_state.additional_properties = d
        return approval_state

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
