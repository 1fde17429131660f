from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define

from ..models.update_finding_request_severity import UpdateFindingRequestSeverity
from ..models.update_finding_request_status import UpdateFindingRequestStatus
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.recommended_fix_request import RecommendedFixRequest


T = TypeVar("T", bound="UpdateFindingRequest")


@_attrs_define
class UpdateFindingRequest:
    """The fields of a finding to change; at least one."""

    severity: UpdateFindingRequestSeverity | Unset = UNSET
    status: UpdateFindingRequestStatus | Unset = UNSET
    owner_id: None | Unset | UUID = UNSET
    title: str | Unset = UNSET
    description: str | Unset = UNSET
    recommended_fix: RecommendedFixRequest | Unset = UNSET
    """ How to fix the finding. """

    def to_dict(self) -> dict[str, Any]:
        severity: str | Unset = UNSET
        if not isinstance(self.severity, Unset):
            severity = self.severity.value

        status: str | Unset = UNSET
        if not isinstance(self.status, Unset):
            status = self.status.value

        owner_id: None | str | Unset
        if isinstance(self.owner_id, Unset):
            owner_id = UNSET
        elif isinstance(self.owner_id, UUID):
            owner_id = str(self.owner_id)
        else:
            owner_id = self.owner_id

        title = self.title

        description = self.description

        recommended_fix: dict[str, Any] | Unset = UNSET
        if not isinstance(self.recommended_fix, Unset):
            recommended_fix = self.recommended_fix.to_dict()

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if severity is not UNSET:
            field_dict["severity"] = severity
        if status is not UNSET:
            field_dict["status"] = status
        if owner_id is not UNSET:
            field_dict["owner_id"] = owner_id
        if title is not UNSET:
            field_dict["title"] = title
        if description is not UNSET:
            field_dict["description"] = description
        if recommended_fix is not UNSET:
            field_dict["recommended_fix"] = recommended_fix

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.recommended_fix_request import RecommendedFixRequest  # noqa: PLC0415

        d = dict(src_dict)
        _severity = d.pop("severity", UNSET)
        severity: UpdateFindingRequestSeverity | Unset
        if isinstance(_severity, Unset):
            severity = UNSET
        else:
            severity = UpdateFindingRequestSeverity(_severity)

        _status = d.pop("status", UNSET)
        status: UpdateFindingRequestStatus | Unset
        if isinstance(_status, Unset):
            status = UNSET
        else:
            status = UpdateFindingRequestStatus(_status)

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

        title = d.pop("title", UNSET)

        description = d.pop("description", UNSET)

        _recommended_fix = d.pop("recommended_fix", UNSET)
        recommended_fix: RecommendedFixRequest | Unset
        if isinstance(_recommended_fix, Unset):
            recommended_fix = UNSET
        else:
            recommended_fix = RecommendedFixRequest.from_dict(_recommended_fix)

        update_finding_request = cls(
            severity=severity,
            status=status,
            owner_id=owner_id,
            title=title,
            description=description,
            recommended_fix=recommended_fix,
        )

        return update_finding_request
