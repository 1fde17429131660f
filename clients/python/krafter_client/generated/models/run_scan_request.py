from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..models.run_scan_request_trigger import RunScanRequestTrigger
from ..types import UNSET, Unset

T = TypeVar("T", bound="RunScanRequest")


@_attrs_define
class RunScanRequest:
    """The URL to scan, by default the project's site, and what triggered the scan."""

    url: str | Unset = UNSET
    trigger: RunScanRequestTrigger | Unset = RunScanRequestTrigger.MANUAL

    def to_dict(self) -> dict[str, Any]:
        url = self.url

        trigger: str | Unset = UNSET
        if not isinstance(self.trigger, Unset):
            trigger = self.trigger.value

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if url is not UNSET:
            field_dict["url"] = url
        if trigger is not UNSET:
            field_dict["trigger"] = trigger

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        url = d.pop("url", UNSET)

        _trigger = d.pop("trigger", UNSET)
        trigger: RunScanRequestTrigger | Unset
        if isinstance(_trigger, Unset):
            trigger = UNSET
        else:
            trigger = RunScanRequestTrigger(_trigger)

        run_scan_request = cls(
            url=url,
            trigger=trigger,
        )

        return run_scan_request
