from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.share_result_channel import ShareResultChannel

T = TypeVar("T", bound="ShareResult")


@_attrs_define
class ShareResult:
    """The result of sharing. `id` is the report's."""

    id: UUID
    channel: ShareResultChannel
    recipients: list[str]
    shared_at: datetime.datetime
    share_url: None | str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = str(self.id)

        channel = self.channel.value

        recipients = self.recipients

        shared_at = self.shared_at.isoformat()

        share_url: None | str
        share_url = self.share_url

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "channel": channel,
                "recipients": recipients,
                "shared_at": shared_at,
                "share_url": share_url,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = UUID(d.pop("id"))

        channel = ShareResultChannel(d.pop("channel"))

        recipients = cast(list[str], d.pop("recipients"))

        shared_at = datetime.datetime.fromisoformat(d.pop("shared_at"))

        def _parse_share_url(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        share_url = _parse_share_url(d.pop("share_url"))

        share_result = cls(
            id=id,
            channel=channel,
            recipients=recipients,
            shared_at=shared_at,
            share_url=share_url,
        )

        share_result.additional_properties = d
        return share_result

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
