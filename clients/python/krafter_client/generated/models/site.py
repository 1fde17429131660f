from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.ownership_attempt import OwnershipAttempt
    from ..models.ownership_methods import OwnershipMethods


T = TypeVar("T", bound="Site")


@_attrs_define
class Site:
    """A host of the project."""

    id: UUID
    org_id: str
    """ Return the organisation's id. """
    project_id: str
    """ Return the project's slug. """
    host: str
    status: str
    """ unproved, checking or proved """
    token: str
    method: None | str
    """ The method that verified it, or null. """
    proved_at: datetime.datetime | None
    checked_at: datetime.datetime | None
    how_to_prove: OwnershipMethods
    """ The three methods to verify a site; one is sufficient. """
    tried: list[OwnershipAttempt]
    created_at: datetime.datetime
    updated_at: datetime.datetime
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = str(self.id)

        org_id = self.org_id

        project_id = self.project_id

        host = self.host

        status = self.status

        token = self.token

        method: None | str
        method = self.method

        proved_at: None | str
        if isinstance(self.proved_at, datetime.datetime):
            proved_at = self.proved_at.isoformat()
        else:
            proved_at = self.proved_at

        checked_at: None | str
        if isinstance(self.checked_at, datetime.datetime):
            checked_at = self.checked_at.isoformat()
        else:
            checked_at = self.checked_at

        how_to_prove = self.how_to_prove.to_dict()

        tried = []
        for tried_item_data in self.tried:
            tried_item = tried_item_data.to_dict()
            tried.append(tried_item)

        created_at = self.created_at.isoformat()

        updated_at = self.updated_at.isoformat()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "org_id": org_id,
                "project_id": project_id,
                "host": host,
                "status": status,
                "token": token,
                "method": method,
                "proved_at": proved_at,
                "checked_at": checked_at,
                "how_to_prove": how_to_prove,
                "tried": tried,
                "created_at": created_at,
                "updated_at": updated_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.ownership_attempt import OwnershipAttempt  # noqa: PLC0415
        from ..models.ownership_methods import OwnershipMethods  # noqa: PLC0415

        d = dict(src_dict)
        id = UUID(d.pop("id"))

        org_id = d.pop("org_id")

        project_id = d.pop("project_id")

        host = d.pop("host")

        status = d.pop("status")

        token = d.pop("token")

        def _parse_method(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        method = _parse_method(d.pop("method"))

        def _parse_proved_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                proved_at_type_0 = datetime.datetime.fromisoformat(data)

                return proved_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        proved_at = _parse_proved_at(d.pop("proved_at"))

        def _parse_checked_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                checked_at_type_0 = datetime.datetime.fromisoformat(data)

                return checked_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        checked_at = _parse_checked_at(d.pop("checked_at"))

        how_to_prove = OwnershipMethods.from_dict(d.pop("how_to_prove"))

        tried = []
        _tried = d.pop("tried")
        for tried_item_data in _tried:
            tried_item = OwnershipAttempt.from_dict(tried_item_data)

            tried.append(tried_item)

        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))

        updated_at = datetime.datetime.fromisoformat(d.pop("updated_at"))

        site = cls(
            id=id,
            org_id=org_id,
            project_id=project_id,
            host=host,
            status=status,
            token=token,
            method=method,
            proved_at=proved_at,
            checked_at=checked_at,
            how_to_prove=how_to_prove,
            tried=tried,
            created_at=created_at,
            updated_at=updated_at,
        )

        site.additional_properties = d
        return site

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
