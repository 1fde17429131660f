from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="Policy")


@_attrs_define
class Policy:
    """A policy."""

    id: UUID
    name: str
    org_id: str
    """ Return the organisation's id. """
    project_id: str
    """ Return the project's slug. """
    config: Any
    updated_at: datetime.datetime
    active: bool | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = str(self.id)

        name = self.name

        org_id = self.org_id

        project_id = self.project_id

        config = self.config

        updated_at = self.updated_at.isoformat()

        active = self.active

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "name": name,
                "org_id": org_id,
                "project_id": project_id,
                "config": config,
                "updated_at": updated_at,
            }
        )
        if active is not UNSET:
            field_dict["active"] = active

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = UUID(d.pop("id"))

        name = d.pop("name")

        org_id = d.pop("org_id")

        project_id = d.pop("project_id")

        config = d.pop("config")

        updated_at = datetime.datetime.fromisoformat(d.pop("updated_at"))

        active = d.pop("active", UNSET)

        policy = cls(
            id=id,
            name=name,
            org_id=org_id,
            project_id=project_id,
            config=config,
            updated_at=updated_at,
            active=active,
        )

        policy.additional_properties = d
        return policy

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
