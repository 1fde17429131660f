from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.progress_by_status import ProgressByStatus


T = TypeVar("T", bound="Progress")


@_attrs_define
class Progress:
    """The tasks of a campaign."""

    total: int
    done: int
    percent: int
    """ The tasks that are done, in percent, rounded down. """
    overdue: int
    """ Tasks that are not done and whose due date has passed. """
    by_status: ProgressByStatus
    next_due_at: datetime.datetime | None
    """ The next due date of a task that is not done. """
    past_due: bool
    """ The due date of the campaign has passed, and tasks are not done. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        total = self.total

        done = self.done

        percent = self.percent

        overdue = self.overdue

        by_status = self.by_status.to_dict()

        next_due_at: None | str
        if isinstance(self.next_due_at, datetime.datetime):
            next_due_at = self.next_due_at.isoformat()
        else:
            next_due_at = self.next_due_at

        past_due = self.past_due

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "total": total,
                "done": done,
                "percent": percent,
                "overdue": overdue,
                "by_status": by_status,
                "next_due_at": next_due_at,
                "past_due": past_due,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.progress_by_status import ProgressByStatus  # noqa: PLC0415

        d = dict(src_dict)
        total = d.pop("total")

        done = d.pop("done")

        percent = d.pop("percent")

        overdue = d.pop("overdue")

        by_status = ProgressByStatus.from_dict(d.pop("by_status"))

        def _parse_next_due_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                next_due_at_type_0 = datetime.datetime.fromisoformat(data)

                return next_due_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        next_due_at = _parse_next_due_at(d.pop("next_due_at"))

        past_due = d.pop("past_due")

        progress = cls(
            total=total,
            done=done,
            percent=percent,
            overdue=overdue,
            by_status=by_status,
            next_due_at=next_due_at,
            past_due=past_due,
        )

        progress.additional_properties = d
        return progress

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
