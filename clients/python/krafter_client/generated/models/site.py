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
    """ unverified, checking or verified """
    token: str
    method: None | str
    """ The method that verified it, or null. """
    verified_at: datetime.datetime | None
    checked_at: datetime.datetime | None
    instructions: OwnershipMethods
    """ The three methods to verify a site; one is sufficient. """
    last_attempts: list[OwnershipAttempt]
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

        verified_at: None | str
        if isinstance(self.verified_at, datetime.datetime):
            verified_at = self.verified_at.isoformat()
        else:
            verified_at = self.verified_at

        checked_at: None | str
        if isinstance(self.checked_at, datetime.datetime):
            checked_at = self.checked_at.isoformat()
        else:
            checked_at = self.checked_at

        instructions = self.instructions.to_dict()

        last_attempts = []
        for last_attempts_item_data in self.last_attempts:
            last_attempts_item = last_attempts_item_data.to_dict()
            last_attempts.append(last_attempts_item)

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
                "verified_at": verified_at,
                "checked_at": checked_at,
                "instructions": instructions,
                "last_attempts": last_attempts,
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

        def _parse_verified_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                verified_at_type_0 = datetime.datetime.fromisoformat(data)

                return verified_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        verified_at = _parse_verified_at(d.pop("verified_at"))

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

        instructions = OwnershipMethods.from_dict(d.pop("instructions"))

        last_attempts = []
        _last_attempts = d.pop("last_attempts")
        for last_attempts_item_data in _last_attempts:
            last_attempts_item = OwnershipAttempt.from_dict(last_attempts_item_data)

            last_attempts.append(last_attempts_item)

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
            verified_at=verified_at,
            checked_at=checked_at,
            instructions=instructions,
            last_attempts=last_attempts,
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
