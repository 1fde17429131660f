from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

from attrs import define as _attrs_define

from ..models.bulk_update_tasks_request_mode import BulkUpdateTasksRequestMode
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.task_changes_request import TaskChangesRequest
    from ..models.task_filter_request import TaskFilterRequest


T = TypeVar("T", bound="BulkUpdateTasksRequest")


@_attrs_define
class BulkUpdateTasksRequest:
    """Change many tasks: `ids`, `filter` or `all`, and `set`; all or none, or with mode `partial` those that can be."""

    set_: TaskChangesRequest
    """ The fields that a bulk update of tasks sets; at least one. """
    ids: list[UUID] | Unset = UNSET
    all_: bool | Unset = False
    mode: BulkUpdateTasksRequestMode | Unset = BulkUpdateTasksRequestMode.ALL
    dry_run: bool | Unset = False
    filter_: TaskFilterRequest | Unset = UNSET
    """ Selects tasks as the query parameters of their list do. """

    def to_dict(self) -> dict[str, Any]:
        set_ = self.set_.to_dict()

        ids: list[str] | Unset = UNSET
        if not isinstance(self.ids, Unset):
            ids = []
            for ids_item_data in self.ids:
                ids_item = str(ids_item_data)
                ids.append(ids_item)

        all_ = self.all_

        mode: str | Unset = UNSET
        if not isinstance(self.mode, Unset):
            mode = self.mode.value

        dry_run = self.dry_run

        filter_: dict[str, Any] | Unset = UNSET
        if not isinstance(self.filter_, Unset):
            filter_ = self.filter_.to_dict()

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "set": set_,
            }
        )
        if ids is not UNSET:
            field_dict["ids"] = ids
        if all_ is not UNSET:
            field_dict["all"] = all_
        if mode is not UNSET:
            field_dict["mode"] = mode
        if dry_run is not UNSET:
            field_dict["dry_run"] = dry_run
        if filter_ is not UNSET:
            field_dict["filter"] = filter_

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.task_changes_request import TaskChangesRequest  # noqa: PLC0415
        from ..models.task_filter_request import TaskFilterRequest  # noqa: PLC0415

        d = dict(src_dict)
        set_ = TaskChangesRequest.from_dict(d.pop("set"))

        _ids = d.pop("ids", UNSET)
        ids: list[UUID] | Unset = UNSET
        if _ids is not UNSET:
            ids = []
            for ids_item_data in _ids:
                ids_item = UUID(ids_item_data)

                ids.append(ids_item)

        all_ = d.pop("all", UNSET)

        _mode = d.pop("mode", UNSET)
        mode: BulkUpdateTasksRequestMode | Unset
        if isinstance(_mode, Unset):
            mode = UNSET
        else:
            mode = BulkUpdateTasksRequestMode(_mode)

        dry_run = d.pop("dry_run", UNSET)

        _filter_ = d.pop("filter", UNSET)
        filter_: TaskFilterRequest | Unset
        if isinstance(_filter_, Unset):
            filter_ = UNSET
        else:
            filter_ = TaskFilterRequest.from_dict(_filter_)

        bulk_update_tasks_request = cls(
            set_=set_,
            ids=ids,
            all_=all_,
            mode=mode,
            dry_run=dry_run,
            filter_=filter_,
        )

        return bulk_update_tasks_request
