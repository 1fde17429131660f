from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define

from ..models.create_task_request_priority import CreateTaskRequestPriority
from ..models.create_task_request_status import CreateTaskRequestStatus
from ..types import UNSET, Unset

T = TypeVar("T", bound="CreateTaskRequest")


@_attrs_define
class CreateTaskRequest:
    """A task for a finding."""

    finding_id: UUID
    title: str
    priority: CreateTaskRequestPriority | Unset = UNSET
    owner_id: None | Unset | UUID = UNSET
    sla_due_at: datetime.datetime | None | Unset = UNSET
    status: CreateTaskRequestStatus | Unset = UNSET
    external_ticket_key: None | str | Unset = UNSET
    pr_url: None | str | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        finding_id = str(self.finding_id)

        title = self.title

        priority: str | Unset = UNSET
        if not isinstance(self.priority, Unset):
            priority = self.priority.value

        owner_id: None | str | Unset
        if isinstance(self.owner_id, Unset):
            owner_id = UNSET
        elif isinstance(self.owner_id, UUID):
            owner_id = str(self.owner_id)
        else:
            owner_id = self.owner_id

        sla_due_at: None | str | Unset
        if isinstance(self.sla_due_at, Unset):
            sla_due_at = UNSET
        elif isinstance(self.sla_due_at, datetime.datetime):
            sla_due_at = self.sla_due_at.isoformat()
        else:
            sla_due_at = self.sla_due_at

        status: str | Unset = UNSET
        if not isinstance(self.status, Unset):
            status = self.status.value

        external_ticket_key: None | str | Unset
        if isinstance(self.external_ticket_key, Unset):
            external_ticket_key = UNSET
        else:
            external_ticket_key = self.external_ticket_key

        pr_url: None | str | Unset
        if isinstance(self.pr_url, Unset):
            pr_url = UNSET
        else:
            pr_url = self.pr_url

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "finding_id": finding_id,
                "title": title,
            }
        )
        if priority is not UNSET:
            field_dict["priority"] = priority
        if owner_id is not UNSET:
            field_dict["owner_id"] = owner_id
        if sla_due_at is not UNSET:
            field_dict["sla_due_at"] = sla_due_at
        if status is not UNSET:
            field_dict["status"] = status
        if external_ticket_key is not UNSET:
            field_dict["external_ticket_key"] = external_ticket_key
        if pr_url is not UNSET:
            field_dict["pr_url"] = pr_url

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        finding_id = UUID(d.pop("finding_id"))

        title = d.pop("title")

        _priority = d.pop("priority", UNSET)
        priority: CreateTaskRequestPriority | Unset
        if isinstance(_priority, Unset):
            priority = UNSET
        else:
            priority = CreateTaskRequestPriority(_priority)

        def _parse_owner_id(data: object) -> None | Unset | UUID:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                owner_id_type_0 = UUID(data)

                return owner_id_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | Unset | UUID, data)

        owner_id = _parse_owner_id(d.pop("owner_id", UNSET))

        def _parse_sla_due_at(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                sla_due_at_type_0 = datetime.datetime.fromisoformat(data)

                return sla_due_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        sla_due_at = _parse_sla_due_at(d.pop("sla_due_at", UNSET))

        _status = d.pop("status", UNSET)
        status: CreateTaskRequestStatus | Unset
        if isinstance(_status, Unset):
            status = UNSET
        else:
            status = CreateTaskRequestStatus(_status)

        def _parse_external_ticket_key(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        external_ticket_key = _parse_external_ticket_key(d.pop("external_ticket_key", UNSET))

        def _parse_pr_url(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        pr_url = _parse_pr_url(d.pop("pr_url", UNSET))

        create_task_request = cls(
            finding_id=finding_id,
            title=title,
            priority=priority,
            owner_id=owner_id,
            sla_due_at=sla_due_at,
            status=status,
            external_ticket_key=external_ticket_key,
            pr_url=pr_url,
        )

        return create_task_request
