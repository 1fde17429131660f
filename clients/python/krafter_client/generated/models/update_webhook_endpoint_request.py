from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.update_webhook_endpoint_request_status import (
    UpdateWebhookEndpointRequestStatus,
)
from ..types import UNSET, Unset

T = TypeVar("T", bound="UpdateWebhookEndpointRequest")


@_attrs_define
class UpdateWebhookEndpointRequest:
    """Changes of an endpoint."""

    url: str | Unset = UNSET
    description: str | Unset = UNSET
    events: list[str] | Unset = UNSET
    projects: list[str] | Unset = UNSET
    status: UpdateWebhookEndpointRequestStatus | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        url = self.url

        description = self.description

        events: list[str] | Unset = UNSET
        if not isinstance(self.events, Unset):
            events = self.events

        projects: list[str] | Unset = UNSET
        if not isinstance(self.projects, Unset):
            projects = self.projects

        status: str | Unset = UNSET
        if not isinstance(self.status, Unset):
            status = self.status.value

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if url is not UNSET:
            field_dict["url"] = url
        if description is not UNSET:
            field_dict["description"] = description
        if events is not UNSET:
            field_dict["events"] = events
        if projects is not UNSET:
            field_dict["projects"] = projects
        if status is not UNSET:
            field_dict["status"] = status

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        url = d.pop("url", UNSET)

        description = d.pop("description", UNSET)

        events = cast(list[str], d.pop("events", UNSET))

        projects = cast(list[str], d.pop("projects", UNSET))

        _status = d.pop("status", UNSET)
        status: UpdateWebhookEndpointRequestStatus | Unset
        if isinstance(_status, Unset):
            status = UNSET
        else:
            status = UpdateWebhookEndpointRequestStatus(_status)

        update_webhook_endpoint_request = cls(
            url=url,
            description=description,
            events=events,
            projects=projects,
            status=status,
        )

        return update_webhook_endpoint_request
