from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate, islice
from typing import Any

from django.template.defaultfilters import pluralize

from findings import observations
from findings.models import OPEN_STATUSES
from krafter_audit.admin.text import status_label
from reports.presentation import chart
from reports.snapshots.snapshot import Item
from scanner import registry

FIRST_OTHER_SCRIPT = "\u0530"
# In the PDF, as in templates/reports/pdf.html.
MAX_SUMMARY_IN_LIST, MAX_CHECKS_OF_FIX, MAX_VALUE_LENGTH = 300, 20, 60
DETAILED_FIELDS = {"affected_assets", "evidence", "recommended_fix"}


@dataclass(frozen=True)
class CheckRow:
    """A check of a verification: title, value before and after the fix."""

    key: str
    title: str
    before: str
    after: str
    status: str


def top_findings(findings: Iterable[Item], limit: int) -> list[Item]:
    # A snapshot is ordered by score.
    still_open = (item for item in findings if item["status"] in OPEN_STATUSES)
    return [with_details(item) for item in islice(still_open, limit)]


def open_tasks(tasks: Iterable[Item], limit: int) -> list[Item]:
    still_open = (task for task in tasks if task["status"] != "done")
    return [
        {**with_labels(item), "due_on": chart.format_day(item["sla_due_at"])}
        for item in islice(still_open, limit)
    ]


def fixed_findings(fixed: Iterable[Item], limit: int) -> list[Item]:
    return [
        {
            **with_labels(item),
            "checks": [check_row(check) for check in item["checks"]],
            "verified_on": chart.format_day(item["verified_at"]),
        }
        for item in islice(fixed, limit)
    ]


def overdue_tasks(overdue: Iterable[Item], limit: int, *, now: datetime) -> list[Item]:
    return [
        {
            **with_labels(item),
            "due_on": chart.format_day(item["sla_due_at"]),
            "late": lateness(datetime.fromisoformat(item["sla_due_at"]), now),
        }
        for item in islice(overdue, limit)
    ]


def accepted_risks(listed: Iterable[Item]) -> list[Item]:
    return [{**with_labels(item), "until": chart.format_day(item["accepted_until"])} for item in listed]


def campaigns(listed: Iterable[Item], limit: int) -> list[Item]:
    return [{**item, "due_on": chart.format_day(item["due_date"])} for item in islice(listed, limit)]


def lateness(due: datetime, now: datetime) -> str:
    """Return how late a task is: `3 hours late` or `2 days late`."""
    hours = max(int((now - due).total_seconds() // 3600), 1)
    number, unit = (hours // 24, "day") if hours >= 48 else (hours, "hour")
    return f"{number} {unit}{pluralize(number)} late"


def with_labels(item: Item) -> Item:
    labels = {
        f"{key}_label": status_label(item[key])
        for key in ("status", "severity", "domain", "priority")
        if isinstance(item.get(key), str)
    }
    return {**item, **labels}


def with_details(finding: Item) -> Item:
    """Add to a finding its URLs, observations and fix."""
    details = observations.details_of(
        finding["affected_assets"], finding["evidence"], finding["recommended_fix"]
    )
    priority = finding.get("priority") or {}
    # Without the fields from which these are made: 200 findings may have a hundred megabytes of them.
    rest = {name: value for name, value in finding.items() if name not in DETAILED_FIELDS}
    return {
        **with_labels(rest),
        **vars(details),
        "description": observations.shortened(
            finding.get("description") or "", observations.MAX_DESCRIPTION_LENGTH
        ),
        "score": chart.format_number(priority.get("score", 0)),
    }


def within_characters(
    items: Sequence[Item], budget: int, texts: Callable[[Item], Iterable[str]]
) -> list[Item]:
    """Return the first items whose texts have `budget` characters at most, as `count_characters` counts them."""
    totals = accumulate(sum(map(count_characters, texts(item))) for item in items)
    return [item for item, total in zip(items, totals, strict=True) if total <= budget]


def count_characters(text: str) -> int:
    """Return the number of characters; one whose script is neither Latin, Greek nor Cyrillic counts as four."""
    # The PDF's font does not have these, and another one is searched for each run of them.
    return len(text) if text.isascii() else sum(1 if char < FIRST_OTHER_SCRIPT else 4 for char in text)


def detail_texts(finding: Item) -> list[str]:
    fix = finding["fix"]
    return [
        finding["description"], fix.summary, *finding["urls"], *fix.steps, *fix.references,
        *(snippet for _, snippet in fix.snippets),
        *(seen.detail + seen.measurement for seen in finding["observations"]),
    ]  # fmt: skip


def finding_texts(finding: Item) -> list[str]:
    return [finding["title"], finding["fix"].summary[:MAX_SUMMARY_IN_LIST]]


def fixed_texts(item: Item) -> list[str]:
    checks = item["checks"][:MAX_CHECKS_OF_FIX]
    values = [text[:MAX_VALUE_LENGTH] for check in checks for text in (check.before, check.after)]
    # The title is also the caption of the table.
    return [item["title"], item["title"], *(check.title for check in checks), *values]


def task_texts(task: Item) -> list[str]:
    return [task["title"], (task.get("external_ticket_key") or "")[:MAX_VALUE_LENGTH]]


def check_row(check: dict[str, Any]) -> CheckRow:
    key = str(check.get("key", ""))
    known = registry.get(key)
    unit = known.metric.unit if known and known.metric else ""
    return CheckRow(
        key=key,
        title=known.title if known else key.replace("_", " ").capitalize(),
        before=_value(check.get("before"), unit),
        after=_value(check.get("after"), unit),
        status=str(check.get("status", "")),
    )


def _value(value: Any, unit: str) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"{observations.format_number(value)} {unit}".rstrip()
    return "not known" if value in (None, "") else str(value).replace("_", " ")
