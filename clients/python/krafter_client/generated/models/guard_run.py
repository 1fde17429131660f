from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.guard_run_status import GuardRunStatus
from ..models.guard_run_trigger import GuardRunTrigger

T = TypeVar("T", bound="GuardRun")


@_attrs_define
class GuardRun:
    """A run of the checks of a guard window."""

    id: UUID
    trigger: GuardRunTrigger
    deploy_id: None | UUID
    due_at: datetime.datetime
    started_at: datetime.datetime | None
    attempts: int
    status: GuardRunStatus
    verification_id: None | UUID
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = str(self.id)

        trigger = self.trigger.value

        deploy_id: None | str
        if isinstance(self.deploy_id, UUID):
            deploy_id = str(self.deploy_id)
        else:
            deploy_id = self.deploy_id

        due_at = self.due_at.isoformat()

        started_at: None | str
        if isinstance(self.started_at, datetime.datetime):
            started_at = self.started_at.isoformat()
        else:
            started_at = self.started_at

        attempts = self.attempts

        status = self.status.value

        verification_id: None | str
        if isinstance(self.verification_id, UUID):
            verification_id = str(self.verification_id)
        else:
            verification_id = self.verification_id

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "trigger": trigger,
                "deploy_id": deploy_id,
                "due_at": due_at,
                "started_at": started_at,
                "attempts": attempts,
                "status": status,
                "verification_id": verification_id,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = UUID(d.pop("id"))

        trigger = GuardRunTrigger(d.pop("trigger"))

        def _parse_deploy_id(data: object) -> None | UUID:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                deploy_id_type_0 = UUID(data)

                return deploy_id_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | UUID, data)

        deploy_id = _parse_deploy_id(d.pop("deploy_id"))

        due_at = datetime.datetime.fromisoformat(d.pop("due_at"))

        def _parse_started_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                started_at_type_0 = datetime.datetime.fromisoformat(data)

                return started_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        started_at = _parse_started_at(d.pop("started_at"))

        attempts = d.pop("attempts")

        status = GuardRunStatus(d.pop("status"))

        def _parse_verification_id(data: object) -> None | UUID:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                verification_id_type_0 = UUID(data)

                return verification_id_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | UUID, data)

        verification_id = _parse_verification_id(d.pop("verification_id"))

        guard_run = cls(
            id=id,
            trigger=trigger,
            deploy_id=deploy_id,
            due_at=due_at,
            started_at=started_at,
            attempts=attempts,
            status=status,
            verification_id=verification_id,
        )

        guard_run.additional_properties = d
        return guard_run

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
