from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.bulk_task_result_item import BulkTaskResultItem


T = TypeVar("T", bound="BulkCreateTasksResult")


@_attrs_define
class BulkCreateTasksResult:
    """The number of tasks by result, each task's result, and the id by which the creation can be undone."""

    bulk_change_id: None | UUID
    created: int
    invalid: int
    dry_run: bool
    items: list[BulkTaskResultItem]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        bulk_change_id: None | str
        if isinstance(self.bulk_change_id, UUID):
            bulk_change_id = str(self.bulk_change_id)
        else:
            bulk_change_id = self.bulk_change_id

        created = self.created

        invalid = self.invalid

        dry_run = self.dry_run

        items = []
        for items_item_data in self.items:
            items_item = items_item_data.to_dict()
            items.append(items_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "bulk_change_id": bulk_change_id,
                "created": created,
                "invalid": invalid,
                "dry_run": dry_run,
                "items": items,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.bulk_task_result_item import BulkTaskResultItem  # noqa: PLC0415

        d = dict(src_dict)

        def _parse_bulk_change_id(data: object) -> None | UUID:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                bulk_change_id_type_0 = UUID(data)

                return bulk_change_id_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | UUID, data)

        bulk_change_id = _parse_bulk_change_id(d.pop("bulk_change_id"))

        created = d.pop("created")

        invalid = d.pop("invalid")

        dry_run = d.pop("dry_run")

        items = []
        _items = d.pop("items")
        for items_item_data in _items:
            items_item = BulkTaskResultItem.from_dict(items_item_data)

            items.append(items_item)

        bulk_create_tasks_result = cls(
            bulk_change_id=bulk_change_id,
            created=created,
            invalid=invalid,
            dry_run=dry_run,
            items=items,
        )

        bulk_create_tasks_result.additional_properties = d
        return bulk_create_tasks_result

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
