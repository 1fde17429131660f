from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.interval_state import IntervalState

T = TypeVar("T", bound="Interval")


@_attrs_define
class Interval:
    """A part of the clock. The next one begins where it ends; without an end it continues."""

    state: IntervalState
    cause: str
    start: datetime.datetime
    end: datetime.datetime | None
    seconds_counted: int
    elapsed: bool
    """ It was before `as_of`. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        state = self.state.value

        cause = self.cause

        start = self.start.isoformat()

        end: None | str
        if isinstance(self.end, datetime.datetime):
            end = self.end.isoformat()
        else:
            end = self.end

        seconds_counted = self.seconds_counted

        elapsed = self.elapsed

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "state": state,
                "cause": cause,
                "start": start,
                "end": end,
                "seconds_counted": seconds_counted,
                "elapsed": elapsed,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        state = IntervalState(d.pop("state"))

        cause = d.pop("cause")

        start = datetime.datetime.fromisoformat(d.pop("start"))

        def _parse_end(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                end_type_0 = datetime.datetime.fromisoformat(data)

                return end_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        end = _parse_end(d.pop("end"))

        seconds_counted = d.pop("seconds_counted")

        elapsed = d.pop("elapsed")

        interval = cls(
            state=state,
            cause=cause,
            start=start,
            end=end,
            seconds_counted=seconds_counted,
            elapsed=elapsed,
        )

        interval.additional_properties = d
        return interval

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
