from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.regression_with_deploys_status import RegressionWithDeploysStatus
from ..models.regression_with_deploys_trigger import RegressionWithDeploysTrigger
from ..types import UNSET, Unset

T = TypeVar("T", bound="RegressionWithDeploys")


@_attrs_define
class RegressionWithDeploys:
    """A regression; with `?include=deploys` also the deploys since the last check that passed."""

    id: UUID
    finding_id: UUID
    verification_id: None | UUID
    """ The verification that was reopened, if one was. """
    trigger: RegressionWithDeploysTrigger
    status: RegressionWithDeploysStatus
    opened_at: datetime.datetime
    closed_at: datetime.datetime | None
    created_at: datetime.datetime
    updated_at: datetime.datetime
    deploy_ids: list[UUID] | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = str(self.id)

        finding_id = str(self.finding_id)

        verification_id: None | str
        if isinstance(self.verification_id, UUID):
            verification_id = str(self.verification_id)
        else:
            verification_id = self.verification_id

        trigger = self.trigger.value

        status = self.status.value

        opened_at = self.opened_at.isoformat()

        closed_at: None | str
        if isinstance(self.closed_at, datetime.datetime):
            closed_at = self.closed_at.isoformat()
        else:
            closed_at = self.closed_at

        created_at = self.created_at.isoformat()

        updated_at = self.updated_at.isoformat()

        deploy_ids: list[str] | Unset = UNSET
        if not isinstance(self.deploy_ids, Unset):
            deploy_ids = []
            for deploy_ids_item_data in self.deploy_ids:
                deploy_ids_item = str(deploy_ids_item_data)
                deploy_ids.append(deploy_ids_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "finding_id": finding_id,
                "verification_id": verification_id,
                "trigger": trigger,
                "status": status,
                "opened_at": opened_at,
                "closed_at": closed_at,
                "created_at": created_at,
                "updated_at": updated_at,
            }
        )
        if deploy_ids is not UNSET:
            field_dict["deploy_ids"] = deploy_ids

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = UUID(d.pop("id"))

        finding_id = UUID(d.pop("finding_id"))

        def _parse_verification_id(data: object) -> None | UUID:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                verification_id_type_0 = UUID(data)

                return verification_id_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | UUID, data)

        verification_id = _parse_verification_id(d.pop("verification_id"))

        trigger = RegressionWithDeploysTrigger(d.pop("trigger"))

        status = RegressionWithDeploysStatus(d.pop("status"))

        opened_at = datetime.datetime.fromisoformat(d.pop("opened_at"))

        def _parse_closed_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                closed_at_type_0 = datetime.datetime.fromisoformat(data)

                return closed_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        closed_at = _parse_closed_at(d.pop("closed_at"))

        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))

        updated_at = datetime.datetime.fromisoformat(d.pop("updated_at"))

        _deploy_ids = d.pop("deploy_ids", UNSET)
        deploy_ids: list[UUID] | Unset = UNSET
        if _deploy_ids is not UNSET:
            deploy_ids = []
            for deploy_ids_item_data in _deploy_ids:
                deploy_ids_item = UUID(deploy_ids_item_data)

                deploy_ids.append(deploy_ids_item)

        regression_with_deploys = cls(
            id=id,
            finding_id=finding_id,
            verification_id=verification_id,
            trigger=trigger,
            status=status,
            opened_at=opened_at,
            closed_at=closed_at,
            created_at=created_at,
            updated_at=updated_at,
            deploy_ids=deploy_ids,
        )

        regression_with_deploys.additional_properties = d
        return regression_with_deploys

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
