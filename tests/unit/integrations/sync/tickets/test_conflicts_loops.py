"""A link whose state changes too often is halted."""

from datetime import UTC, datetime, timedelta

from integrations.models import TicketLink
from integrations.sync.tickets.conflicts import MAX_STATE_CHANGES, WINDOW, count_or_halt, resume

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)


def test_link_is_halted_after_the_limit_within_a_day() -> None:
    link = TicketLink()

    allowed = [count_or_halt(link, NOW + timedelta(minutes=n)) for n in range(MAX_STATE_CHANGES + 2)]

    assert allowed == [True] * MAX_STATE_CHANGES + [False, False]
    assert link.halted_at == NOW + timedelta(minutes=MAX_STATE_CHANGES)


def test_changes_older_than_a_day_do_not_count() -> None:
    link = TicketLink()
    for n in range(MAX_STATE_CHANGES):
        count_or_halt(link, NOW + timedelta(minutes=n))

    later = NOW + WINDOW + timedelta(minutes=MAX_STATE_CHANGES)

    assert count_or_halt(link, later)
    assert (link.state_changes, link.halted_at) == ([later.isoformat()], None)


def test_resumed_link_allows_changes_again() -> None:
    link = TicketLink(state_changes=[NOW.isoformat()] * MAX_STATE_CHANGES, halted_at=NOW)

    resume(link)

    assert count_or_halt(link, NOW)
    assert link.halted_at is None
