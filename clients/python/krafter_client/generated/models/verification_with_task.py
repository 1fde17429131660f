from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.verification_with_task_result import VerificationWithTaskResult
from ..models.verification_with_task_state import VerificationWithTaskState
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.task import Task
    from ..models.verification_check import VerificationCheck


T = TypeVar("T", bound="VerificationWithTask")


@_attrs_define
class VerificationWithTask:
    """A verification; with `?include=` also its state, its task and, of one verification, its warnings."""

    id: UUID
    task_id: UUID
    result: VerificationWithTaskResult
    checks: list[VerificationCheck]
    verified_by_id: None | UUID
    verified_at: datetime.datetime | None
    created_at: datetime.datetime
    updated_at: datetime.datetime
    state: VerificationWithTaskState | Unset = UNSET
    task: Task | Unset = UNSET
    """ A task. """
    warnings: list[str] | Unset = UNSET
    """ Of one verification: what to know before its verdict, empty after it. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = str(self.id)

        task_id = str(self.task_id)

        result = self.result.value

        checks = []
        for checks_item_data in self.checks:
            checks_item = checks_item_data.to_dict()
            checks.append(checks_item)

        verified_by_id: None | str
        if isinstance(self.verified_by_id, UUID):
            verified_by_id = str(self.verified_by_id)
        else:
            verified_by_id = self.verified_by_id

        verified_at: None | str
        if isinstance(self.verified_at, datetime.datetime):
            verified_at = self.verified_at.isoformat()
        else:
            verified_at = self.verified_at

        created_at = self.created_at.isoformat()

        updated_at = self.updated_at.isoformat()

        state: str | Unset = UNSET
        if not isinstance(self.state, Unset):
            state = self.state.value

        task: dict[str, Any] | Unset = UNSET
        if not isinstance(self.task, Unset):
            task = self.task.to_dict()

        warnings: list[str] | Unset = UNSET
        if not isinstance(self.warnings, Unset):
            warnings = self.warnings

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "task_id": task_id,
                "result": result,
                "checks": checks,
                "verified_by_id": verified_by_id,
                "verified_at": verified_at,
                "created_at": created_at,
                "updated_at": updated_at,
            }
        )
        if state is not UNSET:
            field_dict["state"] = state
        if task is not UNSET:
            field_dict["task"] = task
        if warnings is not UNSET:
            field_dict["warnings"] = warnings

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.task import Task  # noqa: PLC0415
        from ..models.verification_check import VerificationCheck  # noqa: PLC0415

        d = dict(src_dict)
        id = UUID(d.pop("id"))

        task_id = UUID(d.pop("task_id"))

        result = VerificationWithTaskResult(d.pop("result"))

        checks = []
        _checks = d.pop("checks")
        for checks_item_data in _checks:
            checks_item = VerificationCheck.from_dict(checks_item_data)

            checks.append(checks_item)

        def _parse_verified_by_id(data: object) -> None | UUID:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                verified_by_id_type_0 = UUID(data)

                return verified_by_id_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | UUID, data)

        verified_by_id = _parse_verified_by_id(d.pop("verified_by_id"))

        def _parse_verified_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                verified_at_type_0 = datetime.datetime.fromisoformat(data)

                return verified_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        verified_at = _parse_verified_at(d.pop("verified_at"))

        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))

        updated_at = datetime.datetime.fromisoformat(d.pop("updated_at"))

        _state = d.pop("state", UNSET)
        state: VerificationWithTaskState | Unset
        if isinstance(_state, Unset):
            state = UNSET
        else:
            state = VerificationWithTaskState(_state)

        _task = d.pop("task", UNSET)
        task: Task | Unset
        if isinstance(_task, Unset):
            task = UNSET
        else:
            task = Task.from_dict(_task)

        warnings = cast(list[str], d.pop("warnings", UNSET))

        verification_with_task = cls(
            id=id,
            task_id=task_id,
            result=result,
            checks=checks,
            verified_by_id=verified_by_id,
            verified_at=verified_at,
            created_at=created_at,
            updated_at=updated_at,
            state=state,
            task=task,
            warnings=warnings,
        )

        verification_with_task.additional_properties = d
        return verification_with_task

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
