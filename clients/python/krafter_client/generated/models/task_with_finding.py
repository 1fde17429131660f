from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.task_with_finding_priority import TaskWithFindingPriority
from ..models.task_with_finding_status import TaskWithFindingStatus
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.finding import Finding


T = TypeVar("T", bound="TaskWithFinding")


@_attrs_define
class TaskWithFinding:
    """A task; with `?include=finding` also its finding, with `?include=labels` its labels."""

    id: UUID
    finding_id: UUID
    title: str
    status: TaskWithFindingStatus
    priority: TaskWithFindingPriority
    owner_id: None | UUID
    sla_due_at: datetime.datetime | None
    external_ticket_key: None | str
    pr_url: None | str
    created_at: datetime.datetime
    updated_at: datetime.datetime
    finding: Finding | Unset = UNSET
    """ A finding. """
    labels: list[str] | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = str(self.id)

        finding_id = str(self.finding_id)

        title = self.title

        status = self.status.value

        priority = self.priority.value

        owner_id: None | str
        if isinstance(self.owner_id, UUID):
            owner_id = str(self.owner_id)
        else:
            owner_id = self.owner_id

        sla_due_at: None | str
        if isinstance(self.sla_due_at, datetime.datetime):
            sla_due_at = self.sla_due_at.isoformat()
        else:
            sla_due_at = self.sla_due_at

        external_ticket_key: None | str
        external_ticket_key = self.external_ticket_key

        pr_url: None | str
        pr_url = self.pr_url

        created_at = self.created_at.isoformat()

        updated_at = self.updated_at.isoformat()

        finding: dict[str, Any] | Unset = UNSET
        if not isinstance(self.finding, Unset):
            finding = self.finding.to_dict()

        labels: list[str] | Unset = UNSET
        if not isinstance(self.labels, Unset):
            labels = self.labels

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "finding_id": finding_id,
                "title": title,
                "status": status,
                "priority": priority,
                "owner_id": owner_id,
                "sla_due_at": sla_due_at,
                "external_ticket_key": external_ticket_key,
                "pr_url": pr_url,
                "created_at": created_at,
                "updated_at": updated_at,
            }
        )
        if finding is not UNSET:
            field_dict["finding"] = finding
        if labels is not UNSET:
            field_dict["labels"] = labels

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.finding import Finding  # noqa: PLC0415

        d = dict(src_dict)
        id = UUID(d.pop("id"))

        finding_id = UUID(d.pop("finding_id"))

        title = d.pop("title")

        status = TaskWithFindingStatus(d.pop("status"))

        priority = TaskWithFindingPriority(d.pop("priority"))

        def _parse_owner_id(data: object) -> None | UUID:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                owner_id_type_0 = UUID(data)

                return owner_id_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | UUID, data)

        owner_id = _parse_owner_id(d.pop("owner_id"))

        def _parse_sla_due_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                sla_due_at_type_0 = datetime.datetime.fromisoformat(data)

                return sla_due_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        sla_due_at = _parse_sla_due_at(d.pop("sla_due_at"))

        def _parse_external_ticket_key(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        external_ticket_key = _parse_external_ticket_key(d.pop("external_ticket_key"))

        def _parse_pr_url(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        pr_url = _parse_pr_url(d.pop("pr_url"))

        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))

        updated_at = datetime.datetime.fromisoformat(d.pop("updated_at"))

        _finding = d.pop("finding", UNSET)
        finding: Finding | Unset
        if isinstance(_finding, Unset):
            finding = UNSET
        else:
            finding = Finding.from_dict(_finding)

        labels = cast(list[str], d.pop("labels", UNSET))

        task_with_finding = cls(
            id=id,
            finding_id=finding_id,
            title=title,
            status=status,
            priority=priority,
            owner_id=owner_id,
            sla_due_at=sla_due_at,
            external_ticket_key=external_ticket_key,
            pr_url=pr_url,
            created_at=created_at,
            updated_at=updated_at,
            finding=finding,
            labels=labels,
        )

        task_with_finding.additional_properties = d
        return task_with_finding

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
