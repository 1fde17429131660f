from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.html import format_html
from django.utils.safestring import SafeString

from krafter_audit.displayed_times import in_utc, time_element

STATUS_LABELS = {
    "ready_verify": "Ready to verify",
    "in_progress": "In progress",
    "seo": "SEO",
    "wont_fix": "Won't fix",
}
DAY = timedelta(days=1)
# (part of the User-Agent, browser); parts that other browsers imitate come last.
BROWSERS = (
    ("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("FxiOS/", "Firefox"), ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"), ("Safari/", "Safari"),
)  # fmt: skip
SYSTEMS = (
    ("Android", "Android"), ("iPhone", "iOS"), ("iPad", "iPadOS"), ("Windows", "Windows"), ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"), ("Linux", "Linux"),
)  # fmt: skip


def span_in_words(span: timedelta) -> str:
    """Return a duration by its largest unit: `3 d`, `5 h`, `12 min` or `40 s`."""
    seconds = int(span.total_seconds())
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


def duration(span: timedelta) -> str:
    """Return a duration in hours and minutes: `16 h`, `1 h 30 min` or `0 min`."""
    hours, minutes = divmod(int(span.total_seconds()) // 60, 60)
    parts = [f"{hours:,} h" if hours else "", f"{minutes} min" if minutes or not hours else ""]
    return " ".join(filter(None, parts))


def in_seconds(milliseconds: int) -> str:
    """Return a number of milliseconds as `0.4 s`, `7.5 s` or `61.0 s`."""
    return f"{milliseconds / 1000:,.1f} s"


def ago(moment: datetime | None) -> SafeString | str:
    """Show how long ago a moment was, with UTC on hover."""
    if moment is None:
        return ""
    span = timezone.now() - moment
    words = f"{span_in_words(span)} ago" if span >= timedelta(0) else f"in {span_in_words(-span)}"
    return time_element(moment, words)


def text_moment(value: str) -> SafeString | str:
    """Show a time in ISO 8601 as other times are shown; another text as it is."""
    try:
        parsed = parse_datetime(value)
    except ValueError:
        return value
    return time_element(parsed) if parsed and parsed.tzinfo else value


def due_badge(task: Any) -> SafeString | str:
    """Show when a task is due: `2 d late`, `due in 5 h`, `paused` or `no due date`; of a done one `SLA met`."""
    if task.sla_outcome:
        tone = "success" if task.sla_outcome == "met" else "danger"
        return format_html('<span class="k-badge {}">SLA {}</span>', tone, task.sla_outcome)
    words = "paused" if task.sla_due_at is None and task.sla_is_paused else "no due date"
    due = None if task.status == "done" else task.sla_due_at
    return due_in_words(due) or format_html('<span class="k-muted k-small">{}</span>', words)


def due_in_words(due: datetime | None) -> SafeString | str:
    """Show a due date as a badge; nothing without one."""
    if due is None:
        return ""
    left = due - timezone.now()
    if left < timedelta(0):
        tone, words = "danger", f"{span_in_words(-left)} late"
    else:
        tone, words = ("warning" if left < 2 * DAY else ""), f"due in {span_in_words(left)}"
    return format_html('<span class="k-badge {}" title="{}">{}</span>', tone, in_utc(due), words)


def web_link(url: str) -> SafeString | str:
    """Show a web URL as a link."""
    # Free text may be a URL of any scheme.
    if not url.startswith(("https://", "http://")):
        return url
    return format_html('<a href="{}" rel="noreferrer">{}</a>', url, url)


def browser_name(user_agent: str) -> str:
    """Return the browser and the system of a User-Agent, as `Firefox on Windows`; an unknown one as it is."""
    browser = next((name for sign, name in BROWSERS if sign in user_agent), "")
    system = next((name for sign, name in SYSTEMS if sign in user_agent), "")
    return f"{browser} on {system}" if browser and system else user_agent


def grouped(number: int) -> str:
    """Return a number with its thousands apart."""
    return f"{number:,}"


def status_label(value: str) -> str:
    return STATUS_LABELS.get(value, value.replace("_", " ").capitalize())
