from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="SaveViewRequest")


@_attrs_define
class SaveViewRequest:
    """The view to save; one of the same user, list and name is replaced."""

    list_: str
    """ A list of the admin: `findings.finding`. """
    name: str
    query: str
    shared: bool | Unset = False

    def to_dict(self) -> dict[str, Any]:
        list_ = self.list_

        name = self.name

        query = self.query

        shared = self.shared

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "list": list_,
                "name": name,
                "query": query,
            }
        )
        if shared is not UNSET:
            field_dict["shared"] = shared

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        list_ = d.pop("list")

        name = d.pop("name")

        query = d.pop("query")

        shared = d.pop("shared", UNSET)

        save_view_request = cls(
            list_=list_,
            name=name,
            query=query,
            shared=shared,
        )

        return save_view_request
