from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.sla_clock_outcome import SlaClockOutcome
from ..models.sla_clock_state import SlaClockState

if TYPE_CHECKING:
    from ..models.extension import Extension
    from ..models.interval import Interval


T = TypeVar("T", bound="SlaClock")


@_attrs_define
class SlaClock:
    """The SLA clock of a task: the intervals sum to the due date and, those to come, to the time left."""

    task_id: UUID
    state: SlaClockState
    started_at: datetime.datetime
    sla_due_at: datetime.datetime | None
    as_of: datetime.datetime
    """ Now, or when the task was done. """
    seconds_allowed: int | None
    seconds_left: int | None
    """ Negative after the due date. """
    outcome: None | SlaClockOutcome
    """ Of a task that is done. """
    stopped_at: datetime.datetime | None
    from_policy: bool
    policy_version: int | None
    """ The version of the policy whose `sla` the clock follows. """
    time_zone: str
    intervals: list[Interval]
    extensions: list[Extension]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        task_id = str(self.task_id)

        state = self.state.value

        started_at = self.started_at.isoformat()

        sla_due_at: None | str
        if isinstance(self.sla_due_at, datetime.datetime):
            sla_due_at = self.sla_due_at.isoformat()
        else:
            sla_due_at = self.sla_due_at

        as_of = self.as_of.isoformat()

        seconds_allowed: int | None
        seconds_allowed = self.seconds_allowed

        seconds_left: int | None
        seconds_left = self.seconds_left

        outcome: None | str
        if isinstance(self.outcome, SlaClockOutcome):
            outcome = self.outcome.value
        else:
            outcome = self.outcome

        stopped_at: None | str
        if isinstance(self.stopped_at, datetime.datetime):
            stopped_at = self.stopped_at.isoformat()
        else:
            stopped_at = self.stopped_at

        from_policy = self.from_policy

        policy_version: int | None
        policy_version = self.policy_version

        time_zone = self.time_zone

        intervals = []
        for intervals_item_data in self.intervals:
            intervals_item = intervals_item_data.to_dict()
            intervals.append(intervals_item)

        extensions = []
        for extensions_item_data in self.extensions:
            extensions_item = extensions_item_data.to_dict()
            extensions.append(extensions_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "task_id": task_id,
                "state": state,
                "started_at": started_at,
                "sla_due_at": sla_due_at,
                "as_of": as_of,
                "seconds_allowed": seconds_allowed,
                "seconds_left": seconds_left,
                "outcome": outcome,
                "stopped_at": stopped_at,
                "from_policy": from_policy,
                "policy_version": policy_version,
                "time_zone": time_zone,
                "intervals": intervals,
                "extensions": extensions,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.extension import Extension  # noqa: PLC0415
        from ..models.interval import Interval  # noqa: PLC0415

        d = dict(src_dict)
        task_id = UUID(d.pop("task_id"))

        state = SlaClockState(d.pop("state"))

        started_at = datetime.datetime.fromisoformat(d.pop("started_at"))

        def _parse_sla_due_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                sla_due_at_type_0 = datetime.datetime.fromisoformat(data)

                return sla_due_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        sla_due_at = _parse_sla_due_at(d.pop("sla_due_at"))

        as_of = datetime.datetime.fromisoformat(d.pop("as_of"))

        def _parse_seconds_allowed(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        seconds_allowed = _parse_seconds_allowed(d.pop("seconds_allowed"))

        def _parse_seconds_left(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        seconds_left = _parse_seconds_left(d.pop("seconds_left"))

        def _parse_outcome(data: object) -> None | SlaClockOutcome:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                outcome_outcome = SlaClockOutcome(data)

                return outcome_outcome
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | SlaClockOutcome, data)

        outcome = _parse_outcome(d.pop("outcome"))

        def _parse_stopped_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                stopped_at_type_0 = datetime.datetime.fromisoformat(data)

                return stopped_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        stopped_at = _parse_stopped_at(d.pop("stopped_at"))

        from_policy = d.pop("from_policy")

        def _parse_policy_version(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        policy_version = _parse_policy_version(d.pop("policy_version"))

        time_zone = d.pop("time_zone")

        intervals = []
        _intervals = d.pop("intervals")
        for intervals_item_data in _intervals:
            intervals_item = Interval.from_dict(intervals_item_data)

            intervals.append(intervals_item)

        extensions = []
        _extensions = d.pop("extensions")
        for extensions_item_data in _extensions:
            extensions_item = Extension.from_dict(extensions_item_data)

            extensions.append(extensions_item)

        sla_clock = cls(
            task_id=task_id,
            state=state,
            started_at=started_at,
            sla_due_at=sla_due_at,
            as_of=as_of,
            seconds_allowed=seconds_allowed,
            seconds_left=seconds_left,
            outcome=outcome,
            stopped_at=stopped_at,
            from_policy=from_policy,
            policy_version=policy_version,
            time_zone=time_zone,
            intervals=intervals,
            extensions=extensions,
        )

        sla_clock.additional_properties = d
        return sla_clock

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
