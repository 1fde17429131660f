from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

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
    active: bool
    updated_at: datetime.datetime
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = str(self.id)

        name = self.name

        org_id = self.org_id

        project_id = self.project_id

        config = self.config

        active = self.active

        updated_at = self.updated_at.isoformat()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "name": name,
                "org_id": org_id,
                "project_id": project_id,
                "config": config,
                "active": active,
                "updated_at": updated_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = UUID(d.pop("id"))

        name = d.pop("name")

        org_id = d.pop("org_id")

        project_id = d.pop("project_id")

        config = d.pop("config")

        active = d.pop("active")

        updated_at = datetime.datetime.fromisoformat(d.pop("updated_at"))

        policy = cls(
            id=id,
            name=name,
            org_id=org_id,
            project_id=project_id,
            config=config,
            active=active,
            updated_at=updated_at,
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
