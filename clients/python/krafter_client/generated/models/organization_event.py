from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.organization_event_data import OrganizationEventData


T = TypeVar("T", bound="OrganizationEvent")


@_attrs_define
class OrganizationEvent:
    """An entry of the audit log about the organisation itself."""

    id: int
    type_: str
    org_id: UUID
    project_id: None | str
    """ Always null. """
    subject_id: UUID
    actor: str
    actor_id: None | UUID
    request_id: str
    data: OrganizationEventData
    created_at: datetime.datetime
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        type_ = self.type_

        org_id = str(self.org_id)

        project_id: None | str
        project_id = self.project_id

        subject_id = str(self.subject_id)

        actor = self.actor

        actor_id: None | str
        if isinstance(self.actor_id, UUID):
            actor_id = str(self.actor_id)
        else:
            actor_id = self.actor_id

        request_id = self.request_id

        data = self.data.to_dict()

        created_at = self.created_at.isoformat()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "type": type_,
                "org_id": org_id,
                "project_id": project_id,
                "subject_id": subject_id,
                "actor": actor,
                "actor_id": actor_id,
                "request_id": request_id,
                "data": data,
                "created_at": created_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.organization_event_data import OrganizationEventData  # noqa: PLC0415

        d = dict(src_dict)
        id = d.pop("id")

        type_ = d.pop("type")

        org_id = UUID(d.pop("org_id"))

        def _parse_project_id(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        project_id = _parse_project_id(d.pop("project_id"))

        subject_id = UUID(d.pop("subject_id"))

        actor = d.pop("actor")

        def _parse_actor_id(data: object) -> None | UUID:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                actor_id_type_0 = UUID(data)

                return actor_id_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | UUID, data)

        actor_id = _parse_actor_id(d.pop("actor_id"))

        request_id = d.pop("request_id")

        data = OrganizationEventData.from_dict(d.pop("data"))

        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))

        organization_event = cls(
            id=id,
            type_=type_,
            org_id=org_id,
            project_id=project_id,
            subject_id=subject_id,
            actor=actor,
            actor_id=actor_id,
            request_id=request_id,
            data=data,
            created_at=created_at,
        )

        organization_event.additional_properties = d
        return organization_event

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
