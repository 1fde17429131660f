from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="AsOfMeta")


@_attrs_define
class AsOfMeta:
    request_id: str
    """ Also in the x-request-id header. """
    as_of: datetime.datetime | Unset = UNSET
    """ With `as_of`: the moment of the data. """
    exact_since: datetime.datetime | Unset = UNSET
    """ With `as_of`: since when each moment is known exactly. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        request_id = self.request_id

        as_of: str | Unset = UNSET
        if not isinstance(self.as_of, Unset):
            as_of = self.as_of.isoformat()

        exact_since: str | Unset = UNSET
        if not isinstance(self.exact_since, Unset):
            exact_since = self.exact_since.isoformat()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "request_id": request_id,
            }
        )
        if as_of is not UNSET:
            field_dict["as_of"] = as_of
        if exact_since is not UNSET:
            field_dict["exact_since"] = exact_since

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        request_id = d.pop("request_id")

        _as_of = d.pop("as_of", UNSET)
        as_of: datetime.datetime | Unset
        if isinstance(_as_of, Unset):
            as_of = UNSET
        else:
            as_of = datetime.datetime.fromisoformat(_as_of)

        _exact_since = d.pop("exact_since", UNSET)
        exact_since: datetime.datetime | Unset
        if isinstance(_exact_since, Unset):
            exact_since = UNSET
        else:
            exact_since = datetime.datetime.fromisoformat(_exact_since)

        as_of_meta = cls(
            request_id=request_id,
            as_of=as_of,
            exact_since=exact_since,
        )

        as_of_meta.additional_properties = d
        return as_of_meta

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
