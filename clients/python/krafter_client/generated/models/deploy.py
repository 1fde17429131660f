from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.deploy_source import DeploySource

T = TypeVar("T", bound="Deploy")


@_attrs_define
class Deploy:
    """A deploy."""

    id: UUID
    sha: str
    """ The commit. """
    environment: str
    url: str
    """ Where it can be visited. """
    started_at: datetime.datetime
    finished_at: datetime.datetime | None
    source: DeploySource
    scan_id: None | UUID
    """ The scan that it has started. """
    created_at: datetime.datetime
    updated_at: datetime.datetime
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = str(self.id)

        sha = self.sha

        environment = self.environment

        url = self.url

        started_at = self.started_at.isoformat()

        finished_at: None | str
        if isinstance(self.finished_at, datetime.datetime):
            finished_at = self.finished_at.isoformat()
        else:
            finished_at = self.finished_at

        source = self.source.value

        scan_id: None | str
        if isinstance(self.scan_id, UUID):
            scan_id = str(self.scan_id)
        else:
            scan_id = self.scan_id

        created_at = self.created_at.isoformat()

        updated_at = self.updated_at.isoformat()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "sha": sha,
                "environment": environment,
                "url": url,
                "started_at": started_at,
                "finished_at": finished_at,
                "source": source,
                "scan_id": scan_id,
                "created_at": created_at,
                "updated_at": updated_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = UUID(d.pop("id"))

        sha = d.pop("sha")

        environment = d.pop("environment")

        url = d.pop("url")

        started_at = datetime.datetime.fromisoformat(d.pop("started_at"))

        def _parse_finished_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                finished_at_type_0 = datetime.datetime.fromisoformat(data)

                return finished_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        finished_at = _parse_finished_at(d.pop("finished_at"))

        source = DeploySource(d.pop("source"))

        def _parse_scan_id(data: object) -> None | UUID:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                scan_id_type_0 = UUID(data)

                return scan_id_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | UUID, data)

        scan_id = _parse_scan_id(d.pop("scan_id"))

        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))

        updated_at = datetime.datetime.fromisoformat(d.pop("updated_at"))

        deploy = cls(
            id=id,
            sha=sha,
            environment=environment,
            url=url,
            started_at=started_at,
            finished_at=finished_at,
            source=source,
            scan_id=scan_id,
            created_at=created_at,
            updated_at=updated_at,
        )

        deploy.additional_properties = d
        return deploy

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
