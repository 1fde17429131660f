"""Times for pages: in the active time zone, with UTC on hover."""

from datetime import UTC, datetime

from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString


def in_utc(moment: datetime) -> str:
    """Return a time as `27 Nov 2026, 13:01:35 UTC`."""
    return f"{formats.date_format(moment.astimezone(UTC), 'j M Y, H:i:s')} UTC"


def in_words(moment: datetime, pattern: str = "j M Y, H:i") -> str:
    """Return a time as `27 Nov 2026, 14:01 CET`, in the active time zone."""
    local = timezone.localtime(moment)
    # Django's format `T` is empty in the hour that occurs twice when the clocks are put back.
    return f"{formats.date_format(local, pattern)} {local.tzname()}"


def time_element(moment: datetime | None, words: str = "") -> SafeString | str:
    """Show a time to the minute, or these words, with the seconds in UTC on hover."""
    if moment is None:
        return ""
    # HTML allows three digits of a second at most.
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        moment.isoformat(timespec="seconds"),
        in_utc(moment),
        words or in_words(moment),
    )
