from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.scan_status import ScanStatus
from ..models.scan_trigger import ScanTrigger

T = TypeVar("T", bound="Scan")


@_attrs_define
class Scan:
    """A scan."""

    id: UUID
    org_id: str
    """ Return the organisation's id. """
    project_id: str
    """ Return the project's slug. """
    trigger: ScanTrigger
    status: ScanStatus
    summary: Any
    started_at: datetime.datetime | None
    finished_at: datetime.datetime | None
    inserted_at: datetime.datetime
    updated_at: datetime.datetime
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = str(self.id)

        org_id = self.org_id

        project_id = self.project_id

        trigger = self.trigger.value

        status = self.status.value

        summary = self.summary

        started_at: None | str
        if isinstance(self.started_at, datetime.datetime):
            started_at = self.started_at.isoformat()
        else:
            started_at = self.started_at

        finished_at: None | str
        if isinstance(self.finished_at, datetime.datetime):
            finished_at = self.finished_at.isoformat()
        else:
            finished_at = self.finished_at

        inserted_at = self.inserted_at.isoformat()

        updated_at = self.updated_at.isoformat()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "org_id": org_id,
                "project_id": project_id,
                "trigger": trigger,
                "status": status,
                "summary": summary,
                "started_at": started_at,
                "finished_at": finished_at,
                "inserted_at": inserted_at,
                "updated_at": updated_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = UUID(d.pop("id"))

        org_id = d.pop("org_id")

        project_id = d.pop("project_id")

        trigger = ScanTrigger(d.pop("trigger"))

        status = ScanStatus(d.pop("status"))

        summary = d.pop("summary")

        def _parse_started_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                started_at_type_0 = datetime.datetime.fromisoformat(data)

                return started_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        started_at = _parse_started_at(d.pop("started_at"))

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

        inserted_at = datetime.datetime.fromisoformat(d.pop("inserted_at"))

        updated_at = datetime.datetime.fromisoformat(d.pop("updated_at"))

        scan = cls(
            id=id,
            org_id=org_id,
            project_id=project_id,
            trigger=trigger,
            status=status,
            summary=summary,
            started_at=started_at,
            finished_at=finished_at,
            inserted_at=inserted_at,
            updated_at=updated_at,
        )

        scan.additional_properties = d
        return scan

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
