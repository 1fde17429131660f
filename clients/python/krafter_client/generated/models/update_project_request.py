from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="UpdateProjectRequest")


@_attrs_define
class UpdateProjectRequest:
    """The fields of a project to change; at least one."""

    name: str | Unset = UNSET
    site_url: str | Unset = UNSET
    archived: bool | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        site_url = self.site_url

        archived = self.archived

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if name is not UNSET:
            field_dict["name"] = name
        if site_url is not UNSET:
            field_dict["site_url"] = site_url
        if archived is not UNSET:
            field_dict["archived"] = archived

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        name = d.pop("name", UNSET)

        site_url = d.pop("site_url", UNSET)

        archived = d.pop("archived", UNSET)

        update_project_request = cls(
            name=name,
            site_url=site_url,
            archived=archived,
        )

        return update_project_request
