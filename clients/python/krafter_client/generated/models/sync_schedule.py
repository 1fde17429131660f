from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.sync_schedule_provider import SyncScheduleProvider
from ..models.sync_schedule_status import SyncScheduleStatus
from ..types import UNSET, Unset

T = TypeVar("T", bound="SyncSchedule")


@_attrs_define
class SyncSchedule:
    """The schedule of the automatic syncs."""

    provider: SyncScheduleProvider
    """ * `ga4` - ga4
    * `gsc` - gsc
    * `sentry` - sentry
    * `github` - github
    * `gitlab` - gitlab
    * `jira` - jira
    * `linear` - linear
    * `cloudflare` - cloudflare """
    status: SyncScheduleStatus | Unset = UNSET
    """ * `connected` - Connected
    * `disconnected` - Disconnected
    * `syncing` - Syncing
    * `error` - Error """
    last_sync_at: datetime.datetime | None | Unset = UNSET
    next_sync_at: datetime.datetime | None | Unset = UNSET
    """ When the next scheduled sync starts. """
    failures: int | Unset = UNSET
    """ Consecutive failed syncs. """
    last_error: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        provider = self.provider.value

        status: str | Unset = UNSET
        if not isinstance(self.status, Unset):
            status = self.status.value

        last_sync_at: None | str | Unset
        if isinstance(self.last_sync_at, Unset):
            last_sync_at = UNSET
        elif isinstance(self.last_sync_at, datetime.datetime):
            last_sync_at = self.last_sync_at.isoformat()
        else:
            last_sync_at = self.last_sync_at

        next_sync_at: None | str | Unset
        if isinstance(self.next_sync_at, Unset):
            next_sync_at = UNSET
        elif isinstance(self.next_sync_at, datetime.datetime):
            next_sync_at = self.next_sync_at.isoformat()
        else:
            next_sync_at = self.next_sync_at

        failures = self.failures

        last_error = self.last_error

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "provider": provider,
            }
        )
        if status is not UNSET:
            field_dict["status"] = status
        if last_sync_at is not UNSET:
            field_dict["last_sync_at"] = last_sync_at
        if next_sync_at is not UNSET:
            field_dict["next_sync_at"] = next_sync_at
        if failures is not UNSET:
            field_dict["failures"] = failures
        if last_error is not UNSET:
            field_dict["last_error"] = last_error

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        provider = SyncScheduleProvider(d.pop("provider"))

        _status = d.pop("status", UNSET)
        status: SyncScheduleStatus | Unset
        if isinstance(_status, Unset):
            status = UNSET
        else:
            status = SyncScheduleStatus(_status)

        def _parse_last_sync_at(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                last_sync_at_type_0 = datetime.datetime.fromisoformat(data)

                return last_sync_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        last_sync_at = _parse_last_sync_at(d.pop("last_sync_at", UNSET))

        def _parse_next_sync_at(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                next_sync_at_type_0 = datetime.datetime.fromisoformat(data)

                return next_sync_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        next_sync_at = _parse_next_sync_at(d.pop("next_sync_at", UNSET))

        failures = d.pop("failures", UNSET)

        last_error = d.pop("last_error", UNSET)

        sync_schedule = cls(
            provider=provider,
            status=status,
            last_sync_at=last_sync_at,
            next_sync_at=next_sync_at,
            failures=failures,
            last_error=last_error,
        )

        sync_schedule.additional_properties = d
        return sync_schedule

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
