from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define

from ..models.create_finding_request_confidence_type_1 import (
    CreateFindingRequestConfidenceType1,
)
from ..models.create_finding_request_domain import CreateFindingRequestDomain
from ..models.create_finding_request_severity import CreateFindingRequestSeverity
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.affected_asset_request import AffectedAssetRequest
    from ..models.priority_request import PriorityRequest
    from ..models.recommended_fix_request import RecommendedFixRequest


T = TypeVar("T", bound="CreateFindingRequest")


@_attrs_define
class CreateFindingRequest:
    """A finding reported by any source."""

    domain: CreateFindingRequestDomain
    title: str
    severity: CreateFindingRequestSeverity | Unset = UNSET
    description: str | Unset = UNSET
    confidence: CreateFindingRequestConfidenceType1 | float | Unset = UNSET
    priority: PriorityRequest | Unset = UNSET
    """ Any of the four numbers, 0 to 100; omitted ones are derived from the severity. """
    owner_id: None | Unset | UUID = UNSET
    affected_assets: list[AffectedAssetRequest] | Unset = UNSET
    evidence: Any | Unset = UNSET
    recommended_fix: RecommendedFixRequest | Unset = UNSET
    """ How to fix the finding. """
    checks: list[str] | Unset = UNSET
    external_id: str | Unset = UNSET
    """ The source's own key of the finding: a report with the same one updates it, whatever its title. """

    def to_dict(self) -> dict[str, Any]:
        domain = self.domain.value

        title = self.title

        severity: str | Unset = UNSET
        if not isinstance(self.severity, Unset):
            severity = self.severity.value

        description = self.description

        confidence: float | str | Unset
        if isinstance(self.confidence, Unset):
            confidence = UNSET
        elif isinstance(self.confidence, CreateFindingRequestConfidenceType1):
            confidence = self.confidence.value
        else:
            confidence = self.confidence

        priority: dict[str, Any] | Unset = UNSET
        if not isinstance(self.priority, Unset):
            priority = self.priority.to_dict()

        owner_id: None | str | Unset
        if isinstance(self.owner_id, Unset):
            owner_id = UNSET
        elif isinstance(self.owner_id, UUID):
            owner_id = str(self.owner_id)
        else:
            owner_id = self.owner_id

        affected_assets: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.affected_assets, Unset):
            affected_assets = []
            for affected_assets_item_data in self.affected_assets:
                affected_assets_item = affected_assets_item_data.to_dict()
                affected_assets.append(affected_assets_item)

        evidence = self.evidence

        recommended_fix: dict[str, Any] | Unset = UNSET
        if not isinstance(self.recommended_fix, Unset):
            recommended_fix = self.recommended_fix.to_dict()

        checks: list[str] | Unset = UNSET
        if not isinstance(self.checks, Unset):
            checks = self.checks

        external_id = self.external_id

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "domain": domain,
                "title": title,
            }
        )
        if severity is not UNSET:
            field_dict["severity"] = severity
        if description is not UNSET:
            field_dict["description"] = description
        if confidence is not UNSET:
            field_dict["confidence"] = confidence
        if priority is not UNSET:
            field_dict["priority"] = priority
        if owner_id is not UNSET:
            field_dict["owner_id"] = owner_id
        if affected_assets is not UNSET:
            field_dict["affected_assets"] = affected_assets
        if evidence is not UNSET:
            field_dict["evidence"] = evidence
        if recommended_fix is not UNSET:
            field_dict["recommended_fix"] = recommended_fix
        if checks is not UNSET:
            field_dict["checks"] = checks
        if external_id is not UNSET:
            field_dict["external_id"] = external_id

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.affected_asset_request import AffectedAssetRequest  # noqa: PLC0415
        from ..models.priority_request import PriorityRequest  # noqa: PLC0415
        from ..models.recommended_fix_request import RecommendedFixRequest  # noqa: PLC0415

        d = dict(src_dict)
        domain = CreateFindingRequestDomain(d.pop("domain"))

        title = d.pop("title")

        _severity = d.pop("severity", UNSET)
        severity: CreateFindingRequestSeverity | Unset
        if isinstance(_severity, Unset):
            severity = UNSET
        else:
            severity = CreateFindingRequestSeverity(_severity)

        description = d.pop("description", UNSET)

        def _parse_confidence(data: object) -> CreateFindingRequestConfidenceType1 | float | Unset:
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                confidence_type_1 = CreateFindingRequestConfidenceType1(data)

                return confidence_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(CreateFindingRequestConfidenceType1 | float | Unset, data)

        confidence = _parse_confidence(d.pop("confidence", UNSET))

        _priority = d.pop("priority", UNSET)
        priority: PriorityRequest | Unset
        if isinstance(_priority, Unset):
            priority = UNSET
        else:
            priority = PriorityRequest.from_dict(_priority)

        def _parse_owner_id(data: object) -> None | Unset | UUID:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                owner_id_type_0 = UUID(data)

                return owner_id_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | Unset | UUID, data)

        owner_id = _parse_owner_id(d.pop("owner_id", UNSET))

        _affected_assets = d.pop("affected_assets", UNSET)
        affected_assets: list[AffectedAssetRequest] | Unset = UNSET
        if _affected_assets is not UNSET:
            affected_assets = []
            for affected_assets_item_data in _affected_assets:
                affected_assets_item = AffectedAssetRequest.from_dict(affected_assets_item_data)

                affected_assets.append(affected_assets_item)

        evidence = d.pop("evidence", UNSET)

        _recommended_fix = d.pop("recommended_fix", UNSET)
        recommended_fix: RecommendedFixRequest | Unset
        if isinstance(_recommended_fix, Unset):
            recommended_fix = UNSET
        else:
            recommended_fix = RecommendedFixRequest.from_dict(_recommended_fix)

        checks = cast(list[str], d.pop("checks", UNSET))

        external_id = d.pop("external_id", UNSET)

        create_finding_request = cls(
            domain=domain,
            title=title,
            severity=severity,
            description=description,
            confidence=confidence,
            priority=priority,
            owner_id=owner_id,
            affected_assets=affected_assets,
            evidence=evidence,
            recommended_fix=recommended_fix,
            checks=checks,
            external_id=external_id,
        )

        return create_finding_request
