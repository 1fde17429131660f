from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.bulk_task_result_item_status import BulkTaskResultItemStatus

if TYPE_CHECKING:
    from ..models.bulk_task_result_item_details_type_0 import (
        BulkTaskResultItemDetailsType0,
    )


T = TypeVar("T", bound="BulkTaskResultItem")


@_attrs_define
class BulkTaskResultItem:
    """The result of one task of a bulk: valid is what a dry run would create."""

    index: int
    status: BulkTaskResultItemStatus
    id: None | UUID
    details: BulkTaskResultItemDetailsType0 | None
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.bulk_task_result_item_details_type_0 import (
            BulkTaskResultItemDetailsType0,  # noqa: PLC0415
        )

        index = self.index

        status = self.status.value

        id: None | str
        if isinstance(self.id, UUID):
            id = str(self.id)
        else:
            id = self.id

        details: dict[str, Any] | None
        if isinstance(self.details, BulkTaskResultItemDetailsType0):
            details = self.details.to_dict()
        else:
            details = self.details

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "index": index,
                "status": status,
                "id": id,
                "details": details,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.bulk_task_result_item_details_type_0 import (
            BulkTaskResultItemDetailsType0,  # noqa: PLC0415
        )

        d = dict(src_dict)
        index = d.pop("index")

        status = BulkTaskResultItemStatus(d.pop("status"))

        def _parse_id(data: object) -> None | UUID:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                id_type_0 = UUID(data)

                return id_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | UUID, data)

        id = _parse_id(d.pop("id"))

        def _parse_details(data: object) -> BulkTaskResultItemDetailsType0 | None:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                details_type_0 = BulkTaskResultItemDetailsType0.from_dict(data)

                return details_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(BulkTaskResultItemDetailsType0 | None, data)

        details = _parse_details(d.pop("details"))

        bulk_task_result_item = cls(
            index=index,
            status=status,
            id=id,
            details=details,
        )

        bulk_task_result_item.additional_properties = d
        return bulk_task_result_item

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
