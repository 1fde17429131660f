from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="Effect")


@_attrs_define
class Effect:
    """How many rows change from one value of a field to another."""

    field: str
    before: bool | None | str
    after: bool | None | str
    rows: int
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        field = self.field

        before: bool | None | str
        before = self.before

        after: bool | None | str
        after = self.after

        rows = self.rows

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "field": field,
                "before": before,
                "after": after,
                "rows": rows,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        field = d.pop("field")

        def _parse_before(data: object) -> bool | None | str:
            if data is None:
                return data
            return cast(bool | None | str, data)

        before = _parse_before(d.pop("before"))

        def _parse_after(data: object) -> bool | None | str:
            if data is None:
                return data
            return cast(bool | None | str, data)

        after = _parse_after(d.pop("after"))

        rows = d.pop("rows")

        effect = cls(
            field=field,
            before=before,
            after=after,
            rows=rows,
        )

        effect.additional_properties = d
        return effect

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
