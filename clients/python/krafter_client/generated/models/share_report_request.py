from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.share_report_request_channel import ShareReportRequestChannel
from ..types import UNSET, Unset

T = TypeVar("T", bound="ShareReportRequest")


@_attrs_define
class ShareReportRequest:
    """A channel with its own fields."""

    channel: ShareReportRequestChannel
    recipients: list[str] | Unset = UNSET
    webhook_url: str | Unset = UNSET
    expires_in: int | Unset = UNSET
    """ Seconds; 30 days by default. """

    def to_dict(self) -> dict[str, Any]:
        channel = self.channel.value

        recipients: list[str] | Unset = UNSET
        if not isinstance(self.recipients, Unset):
            recipients = self.recipients

        webhook_url = self.webhook_url

        expires_in = self.expires_in

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "channel": channel,
            }
        )
        if recipients is not UNSET:
            field_dict["recipients"] = recipients
        if webhook_url is not UNSET:
            field_dict["webhook_url"] = webhook_url
        if expires_in is not UNSET:
            field_dict["expires_in"] = expires_in

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        channel = ShareReportRequestChannel(d.pop("channel"))

        recipients = cast(list[str], d.pop("recipients", UNSET))

        webhook_url = d.pop("webhook_url", UNSET)

        expires_in = d.pop("expires_in", UNSET)

        share_report_request = cls(
            channel=channel,
            recipients=recipients,
            webhook_url=webhook_url,
            expires_in=expires_in,
        )

        return share_report_request
