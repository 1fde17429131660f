from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.dismiss_finding_request_reason import DismissFindingRequestReason
from ..types import UNSET, Unset

T = TypeVar("T", bound="DismissFindingRequest")


@_attrs_define
class DismissFindingRequest:
    """Why a finding is dismissed, and the last day (in UTC) on which that is accepted; it is reopened after it."""

    reason: DismissFindingRequestReason
    comment: str | Unset = ""
    accepted_until: datetime.date | None | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        reason = self.reason.value

        comment = self.comment

        accepted_until: None | str | Unset
        if isinstance(self.accepted_until, Unset):
            accepted_until = UNSET
        elif isinstance(self.accepted_until, datetime.date):
            accepted_until = self.accepted_until.isoformat()
        else:
            accepted_until = self.accepted_until

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "reason": reason,
            }
        )
        if comment is not UNSET:
            field_dict["comment"] = comment
        if accepted_until is not UNSET:
            field_dict["accepted_until"] = accepted_until

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        reason = DismissFindingRequestReason(d.pop("reason"))

        comment = d.pop("comment", UNSET)

        def _parse_accepted_until(data: object) -> datetime.date | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                accepted_until_type_0 = datetime.date.fromisoformat(data)

                return accepted_until_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.date | None | Unset, data)

        accepted_until = _parse_accepted_until(d.pop("accepted_until", UNSET))

        dismiss_finding_request = cls(
            reason=reason,
            comment=comment,
            accepted_until=accepted_until,
        )

        return dismiss_finding_request
