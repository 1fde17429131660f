from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="SlaRecalculation")


@_attrs_define
class SlaRecalculation:
    """The due dates that a change of the policy has moved so far. It is finished when `finished_at` is set."""

    id: UUID
    policy_version: int
    checked: int
    moved: int
    """ Due dates that were moved. """
    added: int
    """ Tasks that have got a due date. """
    removed: int
    """ Tasks that have no due date any more. """
    overdue_at_once: int
    """ Tasks that have become overdue. """
    superseded: bool
    """ A newer policy ended it before all were done. """
    error: str
    """ Why it ended before all were done; empty if it did not. """
    created_at: datetime.datetime
    updated_at: datetime.datetime
    finished_at: datetime.datetime | None
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = str(self.id)

        policy_version = self.policy_version

        checked = self.checked

        moved = self.moved

        added = self.added

        removed = self.removed

        overdue_at_once = self.overdue_at_once

        superseded = self.superseded

        error = self.error

        created_at = self.created_at.isoformat()

        updated_at = self.updated_at.isoformat()

        finished_at: None | str
        if isinstance(self.finished_at, datetime.datetime):
            finished_at = self.finished_at.isoformat()
        else:
            finished_at = self.finished_at

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "policy_version": policy_version,
                "checked": checked,
                "moved": moved,
                "added": added,
                "removed": removed,
                "overdue_at_once": overdue_at_once,
                "superseded": superseded,
                "error": error,
                "created_at": created_at,
                "updated_at": updated_at,
                "finished_at": finished_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = UUID(d.pop("id"))

        policy_version = d.pop("policy_version")

        checked = d.pop("checked")

        moved = d.pop("moved")

        added = d.pop("added")

        removed = d.pop("removed")

        overdue_at_once = d.pop("overdue_at_once")

        superseded = d.pop("superseded")

        error = d.pop("error")

        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))

        updated_at = datetime.datetime.fromisoformat(d.pop("updated_at"))

        def _parse_finished_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                finished_at_type_0 = datetime.datetime.fromisoformat(data)

                return finished_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        finished_at = _parse_finished_at(d.pop("finished_at"))

        sla_recalculation = cls(
            id=id,
            policy_version=policy_version,
            checked=checked,
            moved=moved,
            added=added,
            removed=removed,
            overdue_at_once=overdue_at_once,
            superseded=superseded,
            error=error,
            created_at=created_at,
            updated_at=updated_at,
            finished_at=finished_at,
        )

        sla_recalculation.additional_properties = d
        return sla_recalculation

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
