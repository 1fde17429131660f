from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.integration_list_item_provider import IntegrationListItemProvider
from ..models.integration_list_item_status import IntegrationListItemStatus
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.integration_list_item_credentials import IntegrationListItemCredentials


T = TypeVar("T", bound="IntegrationListItem")


@_attrs_define
class IntegrationListItem:
    """A list item: an integration, or a placeholder without an id if it was never connected."""

    id: None | UUID
    org_id: str
    """ Return the organisation's id. """
    project_id: str
    """ Return the project's slug. """
    provider: IntegrationListItemProvider
    """ * `ga4` - ga4
    * `gsc` - gsc
    * `sentry` - sentry
    * `github` - github
    * `gitlab` - gitlab
    * `jira` - jira
    * `linear` - linear
    * `cloudflare` - cloudflare """
    created_at: datetime.datetime
    updated_at: datetime.datetime
    status: IntegrationListItemStatus | Unset = UNSET
    """ * `connected` - Connected
    * `disconnected` - Disconnected
    * `syncing` - Syncing
    * `error` - Error """
    last_sync_at: datetime.datetime | None | Unset = UNSET
    credentials: IntegrationListItemCredentials | Unset = UNSET
    """ Always empty, and only where `id` is null. """
    inserted_at: datetime.datetime | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id: None | str
        if isinstance(self.id, UUID):
            id = str(self.id)
        else:
            id = self.id

        org_id = self.org_id

        project_id = self.project_id

        provider = self.provider.value

        created_at = self.created_at.isoformat()

        updated_at = self.updated_at.isoformat()

        status: str | Unset = UNSET
        if not isinstance(self.status, Unset):
            status = self.status.value

        last_sync_at: None | str | Unset
        if isinstance(self.last_sync_at, Unset):
            last_sync_at = UNSET
        elif isinstance(self.last_sync_at, datetime.datetime):
            last_sync_at = self.last_sync_at.isoformat()
        else:
            last_sync_at = self.last_sync_at

        credentials: dict[str, Any] | Unset = UNSET
        if not isinstance(self.credentials, Unset):
            credentials = self.credentials.to_dict()

        inserted_at: None | str | Unset
        if isinstance(self.inserted_at, Unset):
            inserted_at = UNSET
        elif isinstance(self.inserted_at, datetime.datetime):
            inserted_at = self.inserted_at.isoformat()
        else:
            inserted_at = self.inserted_at

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "org_id": org_id,
                "project_id": project_id,
                "provider": provider,
                "created_at": created_at,
                "updated_at": updated_at,
            }
        )
        if status is not UNSET:
            field_dict["status"] = status
        if last_sync_at is not UNSET:
            field_dict["last_sync_at"] = last_sync_at
        if credentials is not UNSET:
            field_dict["credentials"] = credentials
        if inserted_at is not UNSET:
            field_dict["inserted_at"] = inserted_at

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.integration_list_item_credentials import (
            IntegrationListItemCredentials,  # noqa: PLC0415
        )

        d = dict(src_dict)

        def _parse_id(data: object) -> None | UUID:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                id_type_0 = UUID(data)

                return id_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | UUID, data)

        id = _parse_id(d.pop("id"))

        org_id = d.pop("org_id")

        project_id = d.pop("project_id")

        provider = IntegrationListItemProvider(d.pop("provider"))

        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))

        updated_at = datetime.datetime.fromisoformat(d.pop("updated_at"))

        _status = d.pop("status", UNSET)
        status: IntegrationListItemStatus | Unset
        if isinstance(_status, Unset):
            status = UNSET
        else:
            status = IntegrationListItemStatus(_status)

        def _parse_last_sync_at(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                last_sync_at_type_0 = datetime.datetime.fromisoformat(data)

                return last_sync_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        last_sync_at = _parse_last_sync_at(d.pop("last_sync_at", UNSET))

        _credentials = d.pop("credentials", UNSET)
        credentials: IntegrationListItemCredentials | Unset
        if isinstance(_credentials, Unset):
            credentials = UNSET
        else:
            credentials = IntegrationListItemCredentials.from_dict(_credentials)

        def _parse_inserted_at(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                inserted_at_type_0 = datetime.datetime.fromisoformat(data)

                return inserted_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        inserted_at = _parse_inserted_at(d.pop("inserted_at", UNSET))

        integration_list_item = cls(
            id=id,
            org_id=org_id,
            project_id=project_id,
            provider=provider,
            created_at=created_at,
            updated_at=updated_at,
            status=status,
            last_sync_at=last_sync_at,
            credentials=credentials,
            inserted_at=inserted_at,
        )

        integration_list_item.additional_properties = d
        return integration_list_item

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
