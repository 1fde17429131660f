from dataclasses import dataclass

from krafter_audit.admin.text import status_label
from reports.presentation.chart import format_number
from reports.snapshots.snapshot import DOMAINS, SEVERITIES, Snapshot

LETTERS = dict(zip(SEVERITIES, ("F", "D", "C", "B"), strict=True))
BEST = "A"
GRADING_RULE = (
    "A: nothing is open. B: only findings of low severity are open. C: the worst one is of medium severity, D: of high,"
    " F: of critical severity."
)


@dataclass(frozen=True)
class Grade:
    """A letter from A to F with its reason."""

    label: str
    letter: str
    reason: str
    change: str  # of the open risk score; empty where only one day is known
    tone: str  # better or worse


def grades(snapshot: Snapshot) -> list[Grade]:
    """Return the grade of each domain that was scanned or has findings; none in reports of earlier versions."""
    worst = snapshot.breakdown.get("worst_open_by_domain", {})
    return [
        Grade(status_label(domain), *_letter(worst[domain]), *_change(snapshot, domain))
        for domain in DOMAINS
        if domain in worst
    ]


def _letter(worst: tuple[str, int] | None) -> tuple[str, str]:
    if worst is None:
        return BEST, "Nothing is open."
    severity, number = worst
    verb, noun = ("are", "findings") if number != 1 else ("is", "finding")
    return LETTERS[severity], f"{number:,} {status_label(severity).lower()} {noun} {verb} open."


def _change(snapshot: Snapshot, domain: str) -> tuple[str, str]:
    if len(snapshot.burn_down) < 2:
        return "", ""
    scores = snapshot.trend("domain", domain)
    change = scores[-1] - scores[0] if scores else 0
    if not change:
        return "Risk unchanged.", ""
    words = format_number(abs(change))
    return (f"Risk up {words}.", "worse") if change > 0 else (f"Risk down {words}.", "better")
