from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.sync_run_outcome import SyncRunOutcome
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.sync_refusal import SyncRefusal


T = TypeVar("T", bound="SyncRun")


@_attrs_define
class SyncRun:
    """A run of a sync."""

    id: UUID
    refused: list[SyncRefusal]
    notes: list[str]
    outcome: SyncRunOutcome | Unset = UNSET
    """ * `running` - Running
    * `succeeded` - Succeeded
    * `failed` - Failed
    * `paused` - Paused
    * `interrupted` - Interrupted """
    started_at: datetime.datetime | Unset = UNSET
    finished_at: datetime.datetime | None | Unset = UNSET
    pushed: int | Unset = UNSET
    pulled: int | Unset = UNSET
    error: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = str(self.id)

        refused = []
        for refused_item_data in self.refused:
            refused_item = refused_item_data.to_dict()
            refused.append(refused_item)

        notes = self.notes

        outcome: str | Unset = UNSET
        if not isinstance(self.outcome, Unset):
            outcome = self.outcome.value

        started_at: str | Unset = UNSET
        if not isinstance(self.started_at, Unset):
            started_at = self.started_at.isoformat()

        finished_at: None | str | Unset
        if isinstance(self.finished_at, Unset):
            finished_at = UNSET
        elif isinstance(self.finished_at, datetime.datetime):
            finished_at = self.finished_at.isoformat()
        else:
            finished_at = self.finished_at

        pushed = self.pushed

        pulled = self.pulled

        error = self.error

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "refused": refused,
                "notes": notes,
            }
        )
        if outcome is not UNSET:
            field_dict["outcome"] = outcome
        if started_at is not UNSET:
            field_dict["started_at"] = started_at
        if finished_at is not UNSET:
            field_dict["finished_at"] = finished_at
        if pushed is not UNSET:
            field_dict["pushed"] = pushed
        if pulled is not UNSET:
            field_dict["pulled"] = pulled
        if error is not UNSET:
            field_dict["error"] = error

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.sync_refusal import SyncRefusal  # noqa: PLC0415

        d = dict(src_dict)
        id = UUID(d.pop("id"))

        refused = []
        _refused = d.pop("refused")
        for refused_item_data in _refused:
            refused_item = SyncRefusal.from_dict(refused_item_data)

            refused.append(refused_item)

        notes = cast(list[str], d.pop("notes"))

        _outcome = d.pop("outcome", UNSET)
        outcome: SyncRunOutcome | Unset
        if isinstance(_outcome, Unset):
            outcome = UNSET
        else:
            outcome = SyncRunOutcome(_outcome)

        _started_at = d.pop("started_at", UNSET)
        started_at: datetime.datetime | Unset
        if isinstance(_started_at, Unset):
            started_at = UNSET
        else:
            started_at = datetime.datetime.fromisoformat(_started_at)

        def _parse_finished_at(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                finished_at_type_0 = datetime.datetime.fromisoformat(data)

                return finished_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        finished_at = _parse_finished_at(d.pop("finished_at", UNSET))

        pushed = d.pop("pushed", UNSET)

        pulled = d.pop("pulled", UNSET)

        error = d.pop("error", UNSET)

        sync_run = cls(
            id=id,
            refused=refused,
            notes=notes,
            outcome=outcome,
            started_at=started_at,
            finished_at=finished_at,
            pushed=pushed,
            pulled=pulled,
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
