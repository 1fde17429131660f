from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="PolicyVersion")


@_attrs_define
class PolicyVersion:
    """A version of the policy. The current one is active, and has the id of the policy."""

    id: UUID
    name: str
    org_id: str
    """ Return the organisation's id. """
    project_id: str
    """ Return the project's slug. """
    config: Any
    active: bool
    version: int
    replaced_at: datetime.datetime | None
    replaced_by_id: None | UUID
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = str(self.id)

        name = self.name

        org_id = self.org_id

        project_id = self.project_id

        config = self.config

        active = self.active

        version = self.version

        replaced_at: None | str
        if isinstance(self.replaced_at, datetime.datetime):
            replaced_at = self.replaced_at.isoformat()
        else:
            replaced_at = self.replaced_at

        replaced_by_id: None | str
        if isinstance(self.replaced_by_id, UUID):
            replaced_by_id = str(self.replaced_by_id)
        else:
            replaced_by_id = self.replaced_by_id

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
                "version": version,
                "replaced_at": replaced_at,
                "replaced_by_id": replaced_by_id,
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

        version = d.pop("version")

        def _parse_replaced_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                replaced_at_type_0 = datetime.datetime.fromisoformat(data)

                return replaced_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        replaced_at = _parse_replaced_at(d.pop("replaced_at"))

        def _parse_replaced_by_id(data: object) -> None | UUID:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                replaced_by_id_type_0 = UUID(data)

                return replaced_by_id_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | UUID, data)

        replaced_by_id = _parse_replaced_by_id(d.pop("replaced_by_id"))

        policy_version = cls(
            id=id,
            name=name,
            org_id=org_id,
            project_id=project_id,
            config=config,
            active=active,
            version=version,
            replaced_at=replaced_at,
            replaced_by_id=replaced_by_id,
        )

        policy_version.additional_properties = d
        return policy_version

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
