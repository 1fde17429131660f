from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.task_filter_request import TaskFilterRequest


T = TypeVar("T", bound="CampaignTasksRequest")


@_attrs_define
class CampaignTasksRequest:
    """Tasks: `ids` or `filter`."""

    ids: list[UUID] | Unset = UNSET
    filter_: TaskFilterRequest | Unset = UNSET
    """ Selects tasks as the query parameters of their list do. """
    dry_run: bool | Unset = False

    def to_dict(self) -> dict[str, Any]:
        ids: list[str] | Unset = UNSET
        if not isinstance(self.ids, Unset):
            ids = []
            for ids_item_data in self.ids:
                ids_item = str(ids_item_data)
                ids.append(ids_item)

        filter_: dict[str, Any] | Unset = UNSET
        if not isinstance(self.filter_, Unset):
            filter_ = self.filter_.to_dict()

        dry_run = self.dry_run

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if ids is not UNSET:
            field_dict["ids"] = ids
        if filter_ is not UNSET:
            field_dict["filter"] = filter_
        if dry_run is not UNSET:
            field_dict["dry_run"] = dry_run

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.task_filter_request import TaskFilterRequest  # noqa: PLC0415

        d = dict(src_dict)
        _ids = d.pop("ids", UNSET)
        ids: list[UUID] | Unset = UNSET
        if _ids is not UNSET:
            ids = []
            for ids_item_data in _ids:
                ids_item = UUID(ids_item_data)

                ids.append(ids_item)

        _filter_ = d.pop("filter", UNSET)
        filter_: TaskFilterRequest | Unset
        if isinstance(_filter_, Unset):
            filter_ = UNSET
        else:
            filter_ = TaskFilterRequest.from_dict(_filter_)

        dry_run = d.pop("dry_run", UNSET)

        campaign_tasks_request = cls(
            ids=ids,
            filter_=filter_,
            dry_run=dry_run,
        )

        return campaign_tasks_request
