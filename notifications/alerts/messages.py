"""The content of an alert: numbers, the most severe findings, and delayed events."""

from collections.abc import Iterator
from typing import Any

from django.utils.text import Truncator

from findings.models import Severity
from krafter_audit.slack import escape, header, section
from krafter_audit.web.public_urls import public_url
from notifications.alerts.batching import (
    DISMISSAL_EXPIRED,
    DUE_SOON,
    MAX_ALERTS_PER_HOUR,
    NEW,
    OVERDUE,
    REGRESSION,
)
from notifications.models import Alert

LABELS = {
    NEW: "new",
    REGRESSION: "came back",
    DISMISSAL_EXPIRED: "dismissal expired",
    OVERDUE: "overdue",
    DUE_SOON: "due soon",
}
MAX_TITLE_LENGTH = 120
MAX_NAME_LENGTH = 80
MAX_SECTION_LENGTH = 2900  # Slack accepts 3,000 characters


def project_name(alert: Alert) -> str:
    """Return the name in one line, or the slug of a project without one."""
    return " ".join(alert.project.name.split()) or alert.project.slug


def subject(alert: Alert) -> str:
    name = Truncator(project_name(alert)).chars(MAX_NAME_LENGTH)
    return f"{name}: {'; '.join(numbers(alert))}"[:200]


def slack_payload(alert: Alert, page: str) -> dict[str, Any]:
    """Return Slack blocks, with a plain text for notifications.

    `page` is the page of the alert, which every reader of the channel can open.
    """
    named = [f"• <{page}#finding-{item['id']}|{escape(label_of(item))}>\n" for item in alert.most_severe]
    blocks = [header(f"Audit alert: {project_name(alert)}"), section(escape("\n".join(numbers(alert))))]
    blocks += [section(part) for part in _join_to_sections(named)]
    links = f"<{page}|Open the alert> · <{public_url('admin:index')}|Open the admin> (members)"
    blocks.append(section("\n".join([*(escape(line) for line in remainder(alert)), links])))
    return {"text": escape(subject(alert)), "blocks": blocks}


def numbers(alert: Alert) -> Iterator[str]:
    """Yield a line for each kind: `new: 3 critical, 2 high`."""
    for kind, label in LABELS.items():
        counts = alert.counts.get(kind, {})
        parts = [f"{counts[severity]} {severity}" for severity in Severity.values if counts.get(severity)]
        if parts:
            yield f"{label}: {', '.join(parts)}"


def remainder(alert: Alert) -> list[str]:
    more = alert.total - len(alert.most_severe)
    lines = [f"And {more} more."] if more > 0 else []
    if alert.delayed:
        lines.append(
            f"{alert.delayed} of these came after {MAX_ALERTS_PER_HOUR} messages within an hour and were delayed."
        )
    return lines


def _join_to_sections(lines: list[str]) -> Iterator[str]:
    # A link cannot be split between sections.
    part = ""
    for line in lines:
        if part and len(part) + len(line) > MAX_SECTION_LENGTH:
            yield part
            part = ""
        part += line
    if part:
        yield part


def title_of(item: dict[str, Any]) -> str:
    # A line break would begin a new line of a mail, and end a link in Slack.
    return Truncator(" ".join(item["title"].split())).chars(MAX_TITLE_LENGTH)


def label_of(item: dict[str, Any]) -> str:
    return f"{item['severity']}, {LABELS[item['kind']]}: {title_of(item)}"
