from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar
from uuid import UUID

from attrs import define as _attrs_define

from ..models.task_filter_request_priority_item import TaskFilterRequestPriorityItem
from ..models.task_filter_request_status_item import TaskFilterRequestStatusItem
from ..types import UNSET, Unset

T = TypeVar("T", bound="TaskFilterRequest")


@_attrs_define
class TaskFilterRequest:
    """Selects tasks as the query parameters of their list do."""

    status: list[TaskFilterRequestStatusItem] | Unset = UNSET
    priority: list[TaskFilterRequestPriorityItem] | Unset = UNSET
    owner_id: UUID | Unset = UNSET
    finding_id: UUID | Unset = UNSET
    campaign: UUID | Unset = UNSET
    overdue: bool | Unset = UNSET
    q: str | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        status: list[str] | Unset = UNSET
        if not isinstance(self.status, Unset):
            status = []
            for status_item_data in self.status:
                status_item = status_item_data.value
                status.append(status_item)

        priority: list[str] | Unset = UNSET
        if not isinstance(self.priority, Unset):
            priority = []
            for priority_item_data in self.priority:
                priority_item = priority_item_data.value
                priority.append(priority_item)

        owner_id: str | Unset = UNSET
        if not isinstance(self.owner_id, Unset):
            owner_id = str(self.owner_id)

        finding_id: str | Unset = UNSET
        if not isinstance(self.finding_id, Unset):
            finding_id = str(self.finding_id)

        campaign: str | Unset = UNSET
        if not isinstance(self.campaign, Unset):
            campaign = str(self.campaign)

        overdue = self.overdue

        q = self.q

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if status is not UNSET:
            field_dict["status"] = status
        if priority is not UNSET:
            field_dict["priority"] = priority
        if owner_id is not UNSET:
            field_dict["owner_id"] = owner_id
        if finding_id is not UNSET:
            field_dict["finding_id"] = finding_id
        if campaign is not UNSET:
            field_dict["campaign"] = campaign
        if overdue is not UNSET:
            field_dict["overdue"] = overdue
        if q is not UNSET:
            field_dict["q"] = q

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        _status = d.pop("status", UNSET)
        status: list[TaskFilterRequestStatusItem] | Unset = UNSET
        if _status is not UNSET:
            status = []
            for status_item_data in _status:
                status_item = TaskFilterRequestStatusItem(status_item_data)

                status.append(status_item)

        _priority = d.pop("priority", UNSET)
        priority: list[TaskFilterRequestPriorityItem] | Unset = UNSET
        if _priority is not UNSET:
            priority = []
            for priority_item_data in _priority:
                priority_item = TaskFilterRequestPriorityItem(priority_item_data)

                priority.append(priority_item)

        _owner_id = d.pop("owner_id", UNSET)
        owner_id: UUID | Unset
        if isinstance(_owner_id, Unset):
            owner_id = UNSET
        else:
            owner_id = UUID(_owner_id)

        _finding_id = d.pop("finding_id", UNSET)
        finding_id: UUID | Unset
        if isinstance(_finding_id, Unset):
            finding_id = UNSET
        else:
            finding_id = UUID(_finding_id)

        _campaign = d.pop("campaign", UNSET)
        campaign: UUID | Unset
        if isinstance(_campaign, Unset):
            campaign = UNSET
        else:
            campaign = UUID(_campaign)

        overdue = d.pop("overdue", UNSET)

        q = d.pop("q", UNSET)

        task_filter_request = cls(
            status=status,
            priority=priority,
            owner_id=owner_id,
            finding_id=finding_id,
            campaign=campaign,
            overdue=overdue,
            q=q,
        )

        return task_filter_request
