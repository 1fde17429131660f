from datetime import UTC, datetime

import pytest
from django.template import Context, Template
from django.utils import timezone

from krafter_audit.displayed_times import in_words, time_element


def test_time_element_is_valid_html_with_utc_on_hover() -> None:
    moment = datetime(2026, 11, 27, 13, 1, 35, 123456, tzinfo=UTC)

    with timezone.override("Europe/Vienna"):
        shown, named = time_element(moment), time_element(moment, "two hours ago")

    attributes = 'datetime="2026-11-27T13:01:35+00:00" title="27 Nov 2026, 13:01:35 UTC"'
    assert shown == f"<time {attributes}>27 Nov 2026, 14:01 CET</time>"
    assert named == f"<time {attributes}>two hours ago</time>"


@pytest.mark.parametrize(
    ("zone", "moment", "words"),
    [
        ("Europe/Berlin", "2026-03-29T00:59Z", "29 Mar 2026, 01:59 CET"),
        ("Europe/Berlin", "2026-03-29T01:00Z", "29 Mar 2026, 03:00 CEST"),
        ("Europe/Berlin", "2026-10-25T00:30Z", "25 Oct 2026, 02:30 CEST"),
        ("Europe/Berlin", "2026-10-25T01:30Z", "25 Oct 2026, 02:30 CET"),
        ("America/New_York", "2026-03-08T07:00Z", "8 Mar 2026, 03:00 EDT"),
        ("America/New_York", "2026-11-01T05:30Z", "1 Nov 2026, 01:30 EDT"),
        ("America/New_York", "2026-11-01T06:30Z", "1 Nov 2026, 01:30 EST"),
        ("Australia/Lord_Howe", "2026-10-03T15:30Z", "4 Oct 2026, 02:30 +11"),
        ("Australia/Lord_Howe", "2026-04-04T14:45Z", "5 Apr 2026, 01:45 +11"),
        ("Australia/Lord_Howe", "2026-04-04T15:15Z", "5 Apr 2026, 01:45 +1030"),
    ],
)
def test_times_say_their_zone_also_in_the_hour_that_occurs_twice(zone: str, moment: str, words: str) -> None:
    at = datetime.fromisoformat(moment)

    with timezone.override(zone):
        page = Template('{% load displayed_times %}{{ at|in_words }}, {{ at|in_words:"H:i:s" }}').render(
            Context({"at": at})
        )
        shown = in_words(at)

    clock, name = words.split(" ")[-2:]
    assert (shown, page) == (words, f"{words}, {clock}:00 {name}")
