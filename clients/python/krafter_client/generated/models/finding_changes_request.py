from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define

from ..models.finding_changes_request_severity import FindingChangesRequestSeverity
from ..models.finding_changes_request_status import FindingChangesRequestStatus
from ..types import UNSET, Unset

T = TypeVar("T", bound="FindingChangesRequest")


@_attrs_define
class FindingChangesRequest:
    """The fields that a bulk update sets; at least one."""

    severity: FindingChangesRequestSeverity | Unset = UNSET
    status: FindingChangesRequestStatus | Unset = UNSET
    owner_id: None | Unset | UUID = UNSET

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

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if severity is not UNSET:
            field_dict["severity"] = severity
        if status is not UNSET:
            field_dict["status"] = status
        if owner_id is not UNSET:
            field_dict["owner_id"] = owner_id

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        _severity = d.pop("severity", UNSET)
        severity: FindingChangesRequestSeverity | Unset
        if isinstance(_severity, Unset):
            severity = UNSET
        else:
            severity = FindingChangesRequestSeverity(_severity)

        _status = d.pop("status", UNSET)
        status: FindingChangesRequestStatus | Unset
        if isinstance(_status, Unset):
            status = UNSET
        else:
            status = FindingChangesRequestStatus(_status)

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

        finding_changes_request = cls(
            severity=severity,
            status=status,
            owner_id=owner_id,
        )

        return finding_changes_request
