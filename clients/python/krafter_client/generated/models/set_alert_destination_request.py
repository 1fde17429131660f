from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="SetAlertDestinationRequest")


@_attrs_define
class SetAlertDestinationRequest:
    """A Slack webhook, or e-mail addresses."""

    webhook_url: str | Unset = UNSET
    recipients: list[str] | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        webhook_url = self.webhook_url

        recipients: list[str] | Unset = UNSET
        if not isinstance(self.recipients, Unset):
            recipients = self.recipients

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if webhook_url is not UNSET:
            field_dict["webhook_url"] = webhook_url
        if recipients is not UNSET:
            field_dict["recipients"] = recipients

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        webhook_url = d.pop("webhook_url", UNSET)

        recipients = cast(list[str], d.pop("recipients", UNSET))

        set_alert_destination_request = cls(
            webhook_url=webhook_url,
            recipients=recipients,
        )

        return set_alert_destination_request
