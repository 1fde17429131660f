from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.bulk_change_action import BulkChangeAction

T = TypeVar("T", bound="BulkChange")


@_attrs_define
class BulkChange:
    """A bulk change, or the undo of one."""

    id: UUID
    subject: str
    action: BulkChangeAction
    set_: Any
    matched: int
    changed: int
    refused: int
    created_by_id: None | UUID
    undoes_id: None | UUID
    undone_by_id: None | UUID
    created_at: datetime.datetime
    updated_at: datetime.datetime
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = str(self.id)

        subject = self.subject

        action = self.action.value

        set_ = self.set_

        matched = self.matched

        changed = self.changed

        refused = self.refused

        created_by_id: None | str
        if isinstance(self.created_by_id, UUID):
            created_by_id = str(self.created_by_id)
        else:
            created_by_id = self.created_by_id

        undoes_id: None | str
        if isinstance(self.undoes_id, UUID):
            undoes_id = str(self.undoes_id)
        else:
            undoes_id = self.undoes_id

        undone_by_id: None | str
        if isinstance(self.undone_by_id, UUID):
            undone_by_id = str(self.undone_by_id)
        else:
            undone_by_id = self.undone_by_id

        created_at = self.created_at.isoformat()

        updated_at = self.updated_at.isoformat()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "subject": subject,
                "action": action,
                "set": set_,
                "matched": matched,
                "changed": changed,
                "refused": refused,
                "created_by_id": created_by_id,
                "undoes_id": undoes_id,
                "undone_by_id": undone_by_id,
                "created_at": created_at,
                "updated_at": updated_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = UUID(d.pop("id"))

        subject = d.pop("subject")

        action = BulkChangeAction(d.pop("action"))

        set_ = d.pop("set")

        matched = d.pop("matched")

        changed = d.pop("changed")

        refused = d.pop("refused")

        def _parse_created_by_id(data: object) -> None | UUID:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                created_by_id_type_0 = UUID(data)

                return created_by_id_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | UUID, data)

        created_by_id = _parse_created_by_id(d.pop("created_by_id"))

        def _parse_undoes_id(data: object) -> None | UUID:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                undoes_id_type_0 = UUID(data)

                return undoes_id_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | UUID, data)

        undoes_id = _parse_undoes_id(d.pop("undoes_id"))

        def _parse_undone_by_id(data: object) -> None | UUID:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                undone_by_id_type_0 = UUID(data)

                return undone_by_id_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | UUID, data)

        undone_by_id = _parse_undone_by_id(d.pop("undone_by_id"))

        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))

        updated_at = datetime.datetime.fromisoformat(d.pop("updated_at"))

        bulk_change = cls(
            id=id,
            subject=subject,
            action=action,
            set_=set_,
            matched=matched,
            changed=changed,
            refused=refused,
            created_by_id=created_by_id,
            undoes_id=undoes_id,
            undone_by_id=undone_by_id,
            created_at=created_at,
            updated_at=updated_at,
        )

        bulk_change.additional_properties = d
        return bulk_change

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
