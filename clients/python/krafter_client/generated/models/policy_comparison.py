from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.policy_difference import PolicyDifference


T = TypeVar("T", bound="PolicyComparison")


@_attrs_define
class PolicyComparison:
    """The changes from one version to another."""

    before_id: UUID
    after_id: UUID
    name_changed: bool
    changes: list[PolicyDifference]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        before_id = str(self.before_id)

        after_id = str(self.after_id)

        name_changed = self.name_changed

        changes = []
        for changes_item_data in self.changes:
            changes_item = changes_item_data.to_dict()
            changes.append(changes_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "before_id": before_id,
                "after_id": after_id,
                "name_changed": name_changed,
                "changes": changes,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.policy_difference import PolicyDifference  # noqa: PLC0415

        d = dict(src_dict)
        before_id = UUID(d.pop("before_id"))

        after_id = UUID(d.pop("after_id"))

        name_changed = d.pop("name_changed")

        changes = []
        _changes = d.pop("changes")
        for changes_item_data in _changes:
            changes_item = PolicyDifference.from_dict(changes_item_data)

            changes.append(changes_item)

        policy_comparison = cls(
            before_id=before_id,
            after_id=after_id,
            name_changed=name_changed,
            changes=changes,
        )

        policy_comparison.additional_properties = d
        return policy_comparison

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
