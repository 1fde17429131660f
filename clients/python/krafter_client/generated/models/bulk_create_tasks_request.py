from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.bulk_create_tasks_request_mode import BulkCreateTasksRequestMode
from ..types import UNSET, Unset

T = TypeVar("T", bound="BulkCreateTasksRequest")


@_attrs_define
class BulkCreateTasksRequest:
    """Up to 1,000 tasks: all or none, or with mode `partial` those that are valid."""

    tasks: list[Any]
    """ Each as the body of `create_task`; with mode `partial` some may be invalid. """
    mode: BulkCreateTasksRequestMode | Unset = BulkCreateTasksRequestMode.ALL
    dry_run: bool | Unset = False

    def to_dict(self) -> dict[str, Any]:
        tasks = self.tasks

        mode: str | Unset = UNSET
        if not isinstance(self.mode, Unset):
            mode = self.mode.value

        dry_run = self.dry_run

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "tasks": tasks,
            }
        )
        if mode is not UNSET:
            field_dict["mode"] = mode
        if dry_run is not UNSET:
            field_dict["dry_run"] = dry_run

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        tasks = cast(list[Any], d.pop("tasks"))

        _mode = d.pop("mode", UNSET)
        mode: BulkCreateTasksRequestMode | Unset
        if isinstance(_mode, Unset):
            mode = UNSET
        else:
            mode = BulkCreateTasksRequestMode(_mode)

        dry_run = d.pop("dry_run", UNSET)

        bulk_create_tasks_request = cls(
            tasks=tasks,
            mode=mode,
            dry_run=dry_run,
        )

        return bulk_create_tasks_request
