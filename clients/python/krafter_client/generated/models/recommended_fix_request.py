from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="RecommendedFixRequest")


@_attrs_define
class RecommendedFixRequest:
    """How to fix the finding."""

    summary: str | Unset = ""
    steps: list[str] | Unset = UNSET
    references: list[str] | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        summary = self.summary

        steps: list[str] | Unset = UNSET
        if not isinstance(self.steps, Unset):
            steps = self.steps

        references: list[str] | Unset = UNSET
        if not isinstance(self.references, Unset):
            references = self.references

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if summary is not UNSET:
            field_dict["summary"] = summary
        if steps is not UNSET:
            field_dict["steps"] = steps
        if references is not UNSET:
            field_dict["references"] = references

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        summary = d.pop("summary", UNSET)

        steps = cast(list[str], d.pop("steps", UNSET))

        references = cast(list[str], d.pop("references", UNSET))

        recommended_fix_request = cls(
            summary=summary,
            steps=steps,
            references=references,
        )

        return recommended_fix_request
