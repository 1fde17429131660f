from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.sync_run_outcome import SyncRunOutcome

if TYPE_CHECKING:
    from ..models.sync_refusal import SyncRefusal


T = TypeVar("T", bound="SyncRun")


@_attrs_define
class SyncRun:
    """A run of a sync."""

    id: UUID
    outcome: SyncRunOutcome
    started_at: datetime.datetime
    finished_at: datetime.datetime | None
    pushed: int
    pulled: int
    refusals: list[SyncRefusal]
    notes: list[str]
    error: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = str(self.id)

        outcome = self.outcome.value

        started_at = self.started_at.isoformat()

        finished_at: None | str
        if isinstance(self.finished_at, datetime.datetime):
            finished_at = self.finished_at.isoformat()
        else:
            finished_at = self.finished_at

        pushed = self.pushed

        pulled = self.pulled

        refusals = []
        for refusals_item_data in self.refusals:
            refusals_item = refusals_item_data.to_dict()
            refusals.append(refusals_item)

        notes = self.notes

        error = self.error

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "outcome": outcome,
                "started_at": started_at,
                "finished_at": finished_at,
                "pushed": pushed,
                "pulled": pulled,
                "refusals": refusals,
                "notes": notes,
                "error": error,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.sync_refusal import SyncRefusal  # noqa: PLC0415

        d = dict(src_dict)
        id = UUID(d.pop("id"))

        outcome = SyncRunOutcome(d.pop("outcome"))

        started_at = datetime.datetime.fromisoformat(d.pop("started_at"))

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

        pushed = d.pop("pushed")

        pulled = d.pop("pulled")

        refusals = []
        _refusals = d.pop("refusals")
        for refusals_item_data in _refusals:
            refusals_item = SyncRefusal.from_dict(refusals_item_data)

            refusals.append(refusals_item)

        notes = cast(list[str], d.pop("notes"))

        error = d.pop("error")

        sync_run = cls(
            id=id,
            outcome=outcome,
            started_at=started_at,
            finished_at=finished_at,
            pushed=pushed,
            pulled=pulled,
            refusals=refusals,
            notes=notes,
            error=error,
        )

        sync_run.additional_properties = d
        return sync_run

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
