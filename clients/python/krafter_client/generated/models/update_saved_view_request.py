from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="UpdateSavedViewRequest")


@_attrs_define
class UpdateSavedViewRequest:
    """The fields of a view to change; at least one."""

    name: str | Unset = UNSET
    query: str | Unset = UNSET
    shared: bool | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        query = self.query

        shared = self.shared

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if name is not UNSET:
            field_dict["name"] = name
        if query is not UNSET:
            field_dict["query"] = query
        if shared is not UNSET:
            field_dict["shared"] = shared

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        name = d.pop("name", UNSET)

        query = d.pop("query", UNSET)

        shared = d.pop("shared", UNSET)

        update_saved_view_request = cls(
            name=name,
            query=query,
            shared=shared,
        )

        return update_saved_view_request
