"""Times, due dates and links in words."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.utils import timezone

from krafter_audit.admin import text


@pytest.mark.parametrize(
    ("hours", "status", "outcome", "words"),
    [
        (-50, "backlog", "", "2 d late"),
        (5.5, "backlog", "", "due in 5 h"),
        (-1, "done", "missed", "SLA missed"),
        (5, "done", "met", "SLA met"),
        (None, "done", "", "no due date"),
        (None, "backlog", "", "no due date"),
        (None, "blocked", "", "paused"),
    ],
)
def test_due_badge_says_how_late_a_task_is(
    hours: float | None, status: str, outcome: str, words: str
) -> None:
    due = None if hours is None else timezone.now() + timedelta(hours=hours)
    task = SimpleNamespace(
        sla_due_at=due, status=status, sla_is_paused=status == "blocked", sla_outcome=outcome
    )

    assert f">{words}<" in text.due_badge(task)


def test_ago_shows_utc_on_hover() -> None:
    moment = timezone.now() - timedelta(minutes=3, seconds=5)

    assert text.ago(moment).endswith(f'title="{moment:%-d %b %Y, %H:%M:%S} UTC">3 min ago</time>')


def test_only_web_addresses_become_links() -> None:
    assert text.web_link("javascript:alert(1)") == "javascript:alert(1)"
    assert text.web_link("https://a/?<") == '<a href="https://a/?&lt;" rel="noreferrer">https://a/?&lt;</a>'


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("2026-11-27T14:01:35Z", ">27 Nov 2026, 14:01 UTC</time>"),
        ("2026-11-27T14:01:35", "2026-11-27T14:01:35"),
        ("2026-99-27T14:01:35Z", "2026-99-27T14:01:35Z"),
        ("yesterday", "yesterday"),
    ],
)
def test_times_in_evidence_are_shown_as_other_times(value: str, shown: str) -> None:
    assert shown in text.text_moment(value)


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/150.0 Safari/537.36", "Chrome on Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/150.0 Safari/537.36 Edg/150.0", "Edge on Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Safari/604.1", "Safari on iOS"),
        ("curl/8.0", "curl/8.0"),
        ("", ""),
    ],
)  # fmt: skip
def test_browser_name_is_that_of_the_browser_and_the_system(user_agent: str, name: str) -> None:
    assert text.browser_name(user_agent) == name
