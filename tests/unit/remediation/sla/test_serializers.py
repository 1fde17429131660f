from datetime import timedelta

import pytest
from rest_framework.exceptions import ValidationError

from remediation.sla.clock import ClockState, Interval
from remediation.sla.serializers import ExtendDueDateRequestSerializer, IntervalSerializer
from tests.unit.remediation.sla.clock_scenarios import START


def test_interval_in_whole_seconds():
    interval = Interval(ClockState.COUNTING, "It counts.", START, None, timedelta(seconds=90))

    assert IntervalSerializer(interval).data == {
        "state": "counting", "cause": "It counts.", "start": "2026-03-02T08:00:00Z", "end": None,
        "seconds_counted": 90, "elapsed": True,
    }  # fmt: skip


def test_extension_needs_either_hours_or_a_date():
    serializer = ExtendDueDateRequestSerializer(data={"reason": "more"})

    with pytest.raises(ValidationError, match="either hours or due_at"):
        serializer.is_valid(raise_exception=True)
