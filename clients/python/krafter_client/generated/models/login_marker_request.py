from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="LoginMarkerRequest")


@_attrs_define
class LoginMarkerRequest:
    """An element, a text, or both, that only pages for logged-in users have."""

    selector: str | Unset = UNSET
    text: str | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        selector = self.selector

        text = self.text

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if selector is not UNSET:
            field_dict["selector"] = selector
        if text is not UNSET:
            field_dict["text"] = text

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        selector = d.pop("selector", UNSET)

        text = d.pop("text", UNSET)

        login_marker_request = cls(
            selector=selector,
            text=text,
        )

        return login_marker_request
