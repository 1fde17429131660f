from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.site_credentials_kinds_item import SiteCredentialsKindsItem

if TYPE_CHECKING:
    from ..models.login_marker import LoginMarker


T = TypeVar("T", bound="SiteCredentials")


@_attrs_define
class SiteCredentials:
    """The origin and the kinds of credentials; never their names and values."""

    org_id: str
    """ Return the organisation's id. """
    project_id: str
    """ Return the project's slug. """
    origin: str
    kinds: list[SiteCredentialsKindsItem]
    logged_in: LoginMarker
    """ An element or a text that only pages for logged-in users have. """
    created_at: datetime.datetime
    updated_at: datetime.datetime
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        org_id = self.org_id

        project_id = self.project_id

        origin = self.origin

        kinds = []
        for kinds_item_data in self.kinds:
            kinds_item = kinds_item_data.value
            kinds.append(kinds_item)

        logged_in = self.logged_in.to_dict()

        created_at = self.created_at.isoformat()

        updated_at = self.updated_at.isoformat()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "org_id": org_id,
                "project_id": project_id,
                "origin": origin,
                "kinds": kinds,
                "logged_in": logged_in,
                "created_at": created_at,
                "updated_at": updated_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.login_marker import LoginMarker  # noqa: PLC0415

        d = dict(src_dict)
        org_id = d.pop("org_id")

        project_id = d.pop("project_id")

        origin = d.pop("origin")

        kinds = []
        _kinds = d.pop("kinds")
        for kinds_item_data in _kinds:
            kinds_item = SiteCredentialsKindsItem(kinds_item_data)

            kinds.append(kinds_item)

        logged_in = LoginMarker.from_dict(d.pop("logged_in"))

        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))

        updated_at = datetime.datetime.fromisoformat(d.pop("updated_at"))

        site_credentials = cls(
            org_id=org_id,
            project_id=project_id,
            origin=origin,
            kinds=kinds,
            logged_in=logged_in,
            created_at=created_at,
            updated_at=updated_at,
        )

        site_credentials.additional_properties = d
        return site_credentials

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
