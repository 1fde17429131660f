from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.finding_domain import FindingDomain
from ..models.finding_severity import FindingSeverity
from ..models.finding_status import FindingStatus

if TYPE_CHECKING:
    from ..models.affected_asset import AffectedAsset
    from ..models.priority import Priority
    from ..models.recommended_fix import RecommendedFix


T = TypeVar("T", bound="Finding")


@_attrs_define
class Finding:
    """A finding."""

    id: UUID
    org_id: str
    """ Return the organisation's id. """
    project_id: str
    """ Return the project's slug. """
    domain: FindingDomain
    title: str
    description: str
    severity: FindingSeverity
    status: FindingStatus
    confidence: Any
    priority: Priority
    """ The numbers of a priority, 0 to 100. """
    owner_id: None | UUID
    affected_assets: list[AffectedAsset]
    evidence: Any
    recommended_fix: RecommendedFix
    """ How to fix the finding. """
    created_at: datetime.datetime
    updated_at: datetime.datetime
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = str(self.id)

        org_id = self.org_id

        project_id = self.project_id

        domain = self.domain.value

        title = self.title

        description = self.description

        severity = self.severity.value

        status = self.status.value

        confidence = self.confidence

        priority = self.priority.to_dict()

        owner_id: None | str
        if isinstance(self.owner_id, UUID):
            owner_id = str(self.owner_id)
        else:
            owner_id = self.owner_id

        affected_assets = []
        for affected_assets_item_data in self.affected_assets:
            affected_assets_item = affected_assets_item_data.to_dict()
            affected_assets.append(affected_assets_item)

        evidence = self.evidence

        recommended_fix = self.recommended_fix.to_dict()

        created_at = self.created_at.isoformat()

        updated_at = self.updated_at.isoformat()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "org_id": org_id,
                "project_id": project_id,
                "domain": domain,
                "title": title,
                "description": description,
                "severity": severity,
                "status": status,
                "confidence": confidence,
                "priority": priority,
                "owner_id": owner_id,
                "affected_assets": affected_assets,
                "evidence": evidence,
                "recommended_fix": recommended_fix,
                "created_at": created_at,
                "updated_at": updated_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.affected_asset import AffectedAsset  # noqa: PLC0415
        from ..models.priority import Priority  # noqa: PLC0415
        from ..models.recommended_fix import RecommendedFix  # noqa: PLC0415

        d = dict(src_dict)
        id = UUID(d.pop("id"))

        org_id = d.pop("org_id")

        project_id = d.pop("project_id")

        domain = FindingDomain(d.pop("domain"))

        title = d.pop("title")

        description = d.pop("description")

        severity = FindingSeverity(d.pop("severity"))

        status = FindingStatus(d.pop("status"))

        confidence = d.pop("confidence")

        priority = Priority.from_dict(d.pop("priority"))

        def _parse_owner_id(data: object) -> None | UUID:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                owner_id_type_0 = UUID(data)

                return owner_id_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | UUID, data)

        owner_id = _parse_owner_id(d.pop("owner_id"))

        affected_assets = []
        _affected_assets = d.pop("affected_assets")
        for affected_assets_item_data in _affected_assets:
            affected_assets_item = AffectedAsset.from_dict(affected_assets_item_data)

            affected_assets.append(affected_assets_item)

        evidence = d.pop("evidence")

        recommended_fix = RecommendedFix.from_dict(d.pop("recommended_fix"))

        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))

        updated_at = datetime.datetime.fromisoformat(d.pop("updated_at"))

        finding = cls(
            id=id,
            org_id=org_id,
            project_id=project_id,
            domain=domain,
            title=title,
            description=description,
            severity=severity,
            status=status,
            confidence=confidence,
            priority=priority,
            owner_id=owner_id,
            affected_assets=affected_assets,
            evidence=evidence,
            recommended_fix=recommended_fix,
            created_at=created_at,
            updated_at=updated_at,
        )

        finding.additional_properties = d
        return finding

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
