from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.evidence_entry import EvidenceEntry
    from ..models.verification_evidence_checks_item import VerificationEvidenceChecksItem
    from ..models.verification_evidence_keys_item import VerificationEvidenceKeysItem
    from ..models.verification_evidence_verdicts_item import (
        VerificationEvidenceVerdictsItem,
    )


T = TypeVar("T", bound="VerificationEvidence")


@_attrs_define
class VerificationEvidence:
    """The evidence of each check of a verification, and the verdicts."""

    verification_id: UUID
    checks: list[VerificationEvidenceChecksItem]
    chain: list[EvidenceEntry]
    verdicts: list[VerificationEvidenceVerdictsItem]
    keys: list[VerificationEvidenceKeysItem]
    """ The public keys, as JSON Web Keys (RFC 8037). """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        verification_id = str(self.verification_id)

        checks = []
        for checks_item_data in self.checks:
            checks_item = checks_item_data.to_dict()
            checks.append(checks_item)

        chain = []
        for chain_item_data in self.chain:
            chain_item = chain_item_data.to_dict()
            chain.append(chain_item)

        verdicts = []
        for verdicts_item_data in self.verdicts:
            verdicts_item = verdicts_item_data.to_dict()
            verdicts.append(verdicts_item)

        keys = []
        for keys_item_data in self.keys:
            keys_item = keys_item_data.to_dict()
            keys.append(keys_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "verification_id": verification_id,
                "checks": checks,
                "chain": chain,
                "verdicts": verdicts,
                "keys": keys,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.evidence_entry import EvidenceEntry  # noqa: PLC0415
        from ..models.verification_evidence_checks_item import (
            VerificationEvidenceChecksItem,  # noqa: PLC0415
        )
        from ..models.verification_evidence_keys_item import (
            VerificationEvidenceKeysItem,  # noqa: PLC0415
        )
        from ..models.verification_evidence_verdicts_item import (
            VerificationEvidenceVerdictsItem,  # noqa: PLC0415
        )

        d = dict(src_dict)
        verification_id = UUID(d.pop("verification_id"))

        checks = []
        _checks = d.pop("checks")
        for checks_item_data in _checks:
            checks_item = VerificationEvidenceChecksItem.from_dict(checks_item_data)

            checks.append(checks_item)

        chain = []
        _chain = d.pop("chain")
        for chain_item_data in _chain:
            chain_item = EvidenceEntry.from_dict(chain_item_data)

            chain.append(chain_item)

        verdicts = []
        _verdicts = d.pop("verdicts")
        for verdicts_item_data in _verdicts:
            verdicts_item = VerificationEvidenceVerdictsItem.from_dict(verdicts_item_data)

            verdicts.append(verdicts_item)

        keys = []
        _keys = d.pop("keys")
        for keys_item_data in _keys:
            keys_item = VerificationEvidenceKeysItem.from_dict(keys_item_data)

            keys.append(keys_item)

        verification_evidence = cls(
            verification_id=verification_id,
            checks=checks,
            chain=chain,
            verdicts=verdicts,
            keys=keys,
        )

        verification_evidence.additional_properties = d
        return verification_evidence

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
