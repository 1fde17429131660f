"""What was used in the last 24 hours limits what may be used now."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from krafter_audit.api.errors import RateLimited
from krafter_audit.api.throttling.daily_limits import require_below_limit

NOW = datetime(2030, 1, 2, 12, tzinfo=UTC)
USES = [
    (NOW - timedelta(hours=23), 2),
    (NOW - timedelta(hours=22, seconds=0.5), 3),
    (NOW - timedelta(hours=1), 1),
]


def refusal(time_machine: Any, *, wanted: int, limit: int, uses: Any = USES) -> tuple[Any, str] | None:
    """Return the numbers of a refusal and its retry-after; None where all is allowed."""
    time_machine.move_to(NOW, tick=False)
    try:
        require_below_limit(RateLimited, uses, wanted=wanted, limit=limit)
    except RateLimited as error:
        return error.details, error.headers["retry-after"]
    return None


@pytest.mark.parametrize(
    ("wanted", "seconds"),
    [(1, None), (2, 3600), (3, 3600), (4, 7200), (6, 7200), (7, 23 * 3600), (8, 23 * 3600)],
)
def test_refusal_names_the_seconds_until_enough_uses_are_a_day_old(
    time_machine: Any, wanted: int, seconds: int | None
) -> None:
    refused = refusal(time_machine, wanted=wanted, limit=7)

    assert refused == (({"limit": 7, "used": 6}, str(seconds)) if seconds else None)


def test_wait_is_at_most_a_day(time_machine: Any) -> None:
    assert refusal(time_machine, wanted=2, limit=1, uses=[]) == ({"limit": 1, "used": 0}, "86400")


def test_use_that_is_a_day_old_by_now_is_waited_for_a_second(time_machine: Any) -> None:
    refused = refusal(time_machine, wanted=1, limit=1, uses=[(NOW - timedelta(hours=24), 1)])

    assert refused == ({"limit": 1, "used": 1}, "1")
