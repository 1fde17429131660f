from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.verification_check_status import VerificationCheckStatus

T = TypeVar("T", bound="VerificationCheck")


@_attrs_define
class VerificationCheck:
    """A check of a verification; before and after are words or numbers."""

    key: str
    before: Any
    after: Any
    status: VerificationCheckStatus
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        key = self.key

        before = self.before

        after = self.after

        status = self.status.value

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "key": key,
                "before": before,
                "after": after,
                "status": status,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        key = d.pop("key")

        before = d.pop("before")

        after = d.pop("after")

        status = VerificationCheckStatus(d.pop("status"))

        verification_check = cls(
            key=key,
            before=before,
            after=after,
            status=status,
        )

        verification_check.additional_properties = d
        return verification_check

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
