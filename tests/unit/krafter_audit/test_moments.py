from datetime import UTC, datetime

from django.utils import timezone

from krafter_audit.moments import time_element


def test_time_element_is_valid_html_with_utc_on_hover() -> None:
    moment = datetime(2026, 11, 27, 13, 1, 35, 123456, tzinfo=UTC)

    with timezone.override("Europe/Vienna"):
        shown, named = time_element(moment), time_element(moment, "two hours ago")

    attributes = 'datetime="2026-11-27T13:01:35+00:00" title="27 Nov 2026, 13:01:35 UTC"'
    assert shown == f"<time {attributes}>27 Nov 2026, 14:01 CET</time>"
    assert named == f"<time {attributes}>two hours ago</time>"
