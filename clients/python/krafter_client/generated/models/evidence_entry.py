from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.evidence_entry_kind import EvidenceEntryKind

T = TypeVar("T", bound="EvidenceEntry")


@_attrs_define
class EvidenceEntry:
    """A link of the evidence chain; docs/evidence.md describes its hash and signature."""

    key: str
    sequence: int
    body: str
    """ The canonical JSON that was hashed. """
    previous_hash: str
    hash_: str
    kind: EvidenceEntryKind
    format_: int
    """ 1: hashed only. 2: hashed and signed. """
    key_id: str
    """ The key that signed it; empty if it is not signed. """
    signature: str
    """ Ed25519, base64. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        key = self.key

        sequence = self.sequence

        body = self.body

        previous_hash = self.previous_hash

        hash_ = self.hash_

        kind = self.kind.value

        format_ = self.format_

        key_id = self.key_id

        signature = self.signature

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "key": key,
                "sequence": sequence,
                "body": body,
                "previous_hash": previous_hash,
                "hash": hash_,
                "kind": kind,
                "format": format_,
                "key_id": key_id,
                "signature": signature,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        key = d.pop("key")

        sequence = d.pop("sequence")

        body = d.pop("body")

        previous_hash = d.pop("previous_hash")

        hash_ = d.pop("hash")

        kind = EvidenceEntryKind(d.pop("kind"))

        format_ = d.pop("format")

        key_id = d.pop("key_id")

        signature = d.pop("signature")

        evidence_entry = cls(
            key=key,
            sequence=sequence,
            body=body,
            previous_hash=previous_hash,
            hash_=hash_,
            kind=kind,
            format_=format_,
            key_id=key_id,
            signature=signature,
        )

        evidence_entry.additional_properties = d
        return evidence_entry

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
