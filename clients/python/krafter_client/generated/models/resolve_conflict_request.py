from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..models.resolve_conflict_request_keep import ResolveConflictRequestKeep

T = TypeVar("T", bound="ResolveConflictRequest")


@_attrs_define
class ResolveConflictRequest:
    """The side to keep: ours (the task) or theirs (the ticket)."""

    keep: ResolveConflictRequestKeep

    def to_dict(self) -> dict[str, Any]:
        keep = self.keep.value

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "keep": keep,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        keep = ResolveConflictRequestKeep(d.pop("keep"))

        resolve_conflict_request = cls(
            keep=keep,
        )

        return resolve_conflict_request
