from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define

from ..models.task_changes_request_priority import TaskChangesRequestPriority
from ..models.task_changes_request_status import TaskChangesRequestStatus
from ..types import UNSET, Unset

T = TypeVar("T", bound="TaskChangesRequest")


@_attrs_define
class TaskChangesRequest:
    """The fields that a bulk update of tasks sets; at least one."""

    status: TaskChangesRequestStatus | Unset = UNSET
    priority: TaskChangesRequestPriority | Unset = UNSET
    owner_id: None | Unset | UUID = UNSET
    sla_due_at: datetime.datetime | None | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        status: str | Unset = UNSET
        if not isinstance(self.status, Unset):
            status = self.status.value

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

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if status is not UNSET:
            field_dict["status"] = status
        if priority is not UNSET:
            field_dict["priority"] = priority
        if owner_id is not UNSET:
            field_dict["owner_id"] = owner_id
        if sla_due_at is not UNSET:
            field_dict["sla_due_at"] = sla_due_at

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        _status = d.pop("status", UNSET)
        status: TaskChangesRequestStatus | Unset
        if isinstance(_status, Unset):
            status = UNSET
        else:
            status = TaskChangesRequestStatus(_status)

        _priority = d.pop("priority", UNSET)
        priority: TaskChangesRequestPriority | Unset
        if isinstance(_priority, Unset):
            priority = UNSET
        else:
            priority = TaskChangesRequestPriority(_priority)

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

        task_changes_request = cls(
            status=status,
            priority=priority,
            owner_id=owner_id,
            sla_due_at=sla_due_at,
        )

        return task_changes_request
