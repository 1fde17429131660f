"""How an alert reads: what there is, how much of it, the worst by name, and what was held back."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.urls import reverse

from findings.models import Severity
from integrations.gathering import MOST_AN_HOUR, NEW, OVERDUE, REGRESSION
from integrations.models import Alert
from krafter_audit.http.slack import escape, header, section

WORDS = {NEW: "new", REGRESSION: "came back", OVERDUE: "overdue"}
LONGEST_NAME = 120


def subject(alert: Alert) -> str:
    """Return one line: the project and the numbers."""
    return f"{alert.project.slug}: {'; '.join(_numbers(alert))}".replace("\n", " ").replace("\r", " ")[:200]


def _numbers(alert: Alert) -> Iterator[str]:
    for kind, word in WORDS.items():
        told = alert.counts.get(kind, {})
        parts = [f"{told[severity]} {severity}" for severity in Severity.values if told.get(severity)]
        if parts:
            yield f"{word}: {', '.join(parts)}"


def text(alert: Alert) -> str:
    """Return the message as plain text."""
    lines = [
        f"{alert.project.name or alert.project.slug} ({alert.project.site_url})",
        "",
        *_numbers(alert),
        "",
    ]
    lines += [f"- {_name(item)}\n  {_address(item)}" for item in alert.worst]
    return "\n".join([*lines, *_rest(alert)]) + "\n"


def slack_payload(alert: Alert) -> dict[str, Any]:
    """Return the message as blocks, with a plain text for notifications."""
    named = "\n".join(f"• <{_address(item)}|{escape(_name(item))}>" for item in alert.worst)
    blocks = [header(f"Audit alert: {alert.project.slug}"), section(escape("\n".join(_numbers(alert))))]
    blocks += [section(part) for part in _parts(named)]
    rest = "\n".join(_rest(alert))
    return {"text": escape(subject(alert)), "blocks": blocks + ([section(escape(rest))] if rest else [])}


def _parts(named: str) -> list[str]:
    """Cut between lines: a block takes 3,000 characters, and a link that is cut is none."""
    parts, part = [], ""
    for line in named.splitlines():
        if len(part) + len(line) > 2900:
            parts.append(part)
            part = ""
        part += f"{line}\n"
    return [each for each in [*parts, part] if each]


def _rest(alert: Alert) -> list[str]:
    more = alert.total - len(alert.worst)
    lines = [f"And {more} more."] if more > 0 else []
    if alert.held_back:
        lines.append(
            f"{alert.held_back} of these came after {MOST_AN_HOUR} messages within an hour and were held back."
        )
    return lines


def _name(item: dict[str, Any]) -> str:
    return f"{item['severity']}, {WORDS[item['kind']]}: {item['title'][:LONGEST_NAME]}"


def _address(item: dict[str, Any]) -> str:
    return f"{settings.KRAFTER_PUBLIC_URL}{reverse('admin:findings_finding_change', args=[item['id']])}"
