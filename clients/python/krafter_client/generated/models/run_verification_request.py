from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar
from uuid import UUID

from attrs import define as _attrs_define

T = TypeVar("T", bound="RunVerificationRequest")


@_attrs_define
class RunVerificationRequest:
    """The task to verify."""

    task_id: UUID

    def to_dict(self) -> dict[str, Any]:
        task_id = str(self.task_id)

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "task_id": task_id,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        task_id = UUID(d.pop("task_id"))

        run_verification_request = cls(
            task_id=task_id,
        )

        return run_verification_request
