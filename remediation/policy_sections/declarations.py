"""The sections of a policy's config and their fields. Each app declares those that it reads."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any

from django.db.models import TextChoices

from findings.models import Domain, Severity
from findings.policy_rules import MAX_REQUESTS_PER_SECOND, MAX_THRESHOLD, MIN_REQUESTS_PER_SECOND
from remediation.alert_routing import AlertChannel
from remediation.approval_rules import MAX_APPROVALS
from remediation.sla.policy import MAX_HOURS
from scanner import registry
from scans.models import ScanSchedule
from scans.services.schedules import WEEKDAYS


class FieldKind(StrEnum):
    CHOICE = "choice"
    CHOICES = "choices"  # a list of some of the choices
    NUMBER = "number"
    WHOLE_NUMBER = "whole number"
    FLAG = "flag"
    WORDS = "words"  # a list of texts
    TEXT = "text"


@dataclass(frozen=True)
class PolicyField:
    """A value at a path in the config."""

    path: tuple[str, ...]
    label: str
    kind: FieldKind
    choices: tuple[tuple[str, str], ...] = ()
    low: float | None = None
    high: float | None = None
    unit: str = ""
    default: bool = False  # of a flag
    empty: str = ""  # what applies without a value

    @property
    def name(self) -> str:
        return ".".join(self.path)


@dataclass(frozen=True)
class PolicySection:
    """A part of the config."""

    name: str
    title: str
    effect: str  # a sentence about what it changes
    fields: tuple[PolicyField, ...]


def fields_for(
    section: str, values: type[TextChoices], kind: FieldKind, **options: Any
) -> tuple[PolicyField, ...]:
    """Return the fields of a section with a key for each value, such as for each severity."""
    return tuple(
        PolicyField((section, value), str(label), kind, **options) for value, label in values.choices
    )


BUSINESS_HOURS = ("sla", "business_hours")
SECTIONS: dict[str, PolicySection] = {
    section.name: section
    for section in (
        PolicySection(
            "sla_hours",
            "SLA deadlines",
            "When new tasks are due, by the severity of their finding.",
            fields_for(
                "sla_hours",
                Severity,
                FieldKind.NUMBER,
                low=0,
                high=MAX_HOURS,
                unit="hours",
                empty="No due date",
            ),
        ),
        PolicySection(
            "sla",
            "SLA clock",
            "Which time counts until a task is due. Business hours need a time zone and the hours of a day, such as"
            " 09:00-12:00, 13:00-17:00.",
            (
                PolicyField(("sla", "pause_while_blocked"), "Pause while a task is blocked", FieldKind.FLAG),
                PolicyField(
                    ("sla", "warnings"),
                    "Warnings before a due date (1d, 4h)",
                    FieldKind.WORDS,
                    empty="No warning",
                ),
                PolicyField(
                    (*BUSINESS_HOURS, "time_zone"), "Time zone", FieldKind.TEXT, empty="All hours count"
                ),
                *(
                    PolicyField(
                        (*BUSINESS_HOURS, "days", day), day.capitalize(), FieldKind.WORDS, empty="Closed"
                    )
                    for day in WEEKDAYS
                ),
                PolicyField(
                    (*BUSINESS_HOURS, "holidays"),
                    "Holidays of (AT, US-CA)",
                    FieldKind.TEXT,
                    empty="No holidays",
                ),
                PolicyField(
                    (*BUSINESS_HOURS, "closed"), "Closed days (2026-12-24)", FieldKind.WORDS, empty="None"
                ),
            ),
        ),
        PolicySection(
            "severity_rules",
            "Severities",
            "The severity of new findings that are reported without one.",
            fields_for(
                "severity_rules", Domain, FieldKind.CHOICE, choices=tuple(Severity.choices), empty="Medium"
            ),
        ),
        PolicySection(
            "alert_routing",
            "Alerts",
            "Where new and returned findings, overdue tasks and regressions are reported.",
            fields_for("alert_routing", Severity, FieldKind.CHOICES, choices=tuple(AlertChannel.choices)),
        ),
        PolicySection(
            "scans",
            "Schedule",
            "When the site is scanned. Times are in UTC.",
            (
                PolicyField(
                    ("scans", "schedule"),
                    "Scans",
                    FieldKind.CHOICE,
                    tuple(ScanSchedule.Frequency.choices),
                    empty="Not scheduled",
                ),
                PolicyField(
                    ("scans", "day"),
                    "Day",
                    FieldKind.CHOICE,
                    tuple((day, day.capitalize()) for day in WEEKDAYS),
                    empty="Any day",
                ),
                PolicyField(
                    ("scans", "hour"),
                    "Hour",
                    FieldKind.WHOLE_NUMBER,
                    low=0,
                    high=23,
                    unit="UTC",
                    empty="Any hour",
                ),
                PolicyField(("scans", "paused"), "Paused", FieldKind.FLAG),
            ),
        ),
        PolicySection(
            "scan",
            "Request rate",
            "The ceiling of the adaptive rate, for hosts whose ownership is verified.",
            (
                PolicyField(
                    ("scan", "max_requests_per_second"),
                    "Limit",
                    FieldKind.NUMBER,
                    low=MIN_REQUESTS_PER_SECOND,
                    high=MAX_REQUESTS_PER_SECOND,
                    unit="requests per second",
                    empty="40",
                ),
            ),
        ),
        PolicySection(
            "approvals",
            "Approvals",
            "How many people must approve a verification.",
            (
                *fields_for(
                    "approvals",
                    Severity,
                    FieldKind.WHOLE_NUMBER,
                    low=1,
                    high=MAX_APPROVALS,
                    unit="people",
                    empty="1",
                ),
                PolicyField(
                    ("approvals", "not_author"),
                    "Not by the person who set the task to ready to verify",
                    FieldKind.FLAG,
                ),
            ),
        ),
    )
}


@cache
def check_section() -> PolicySection:
    fields: list[PolicyField] = []
    registry.load()
    for key, check in registry.REGISTRY.items():
        fields.append(
            PolicyField(("checks", key, "enabled"), f"{check.title}: enabled", FieldKind.FLAG, default=True)
        )
        if check.metric is not None:
            threshold = PolicyField(
                ("checks", key, "threshold"),
                f"{check.title}: threshold",
                FieldKind.NUMBER,
                low=-MAX_THRESHOLD,
                high=MAX_THRESHOLD,
                unit=check.metric.unit,
                empty=f"{check.metric.threshold:g}",
            )
            fields.append(threshold)
    return PolicySection(
        "checks", "Checks", "Which checks are run, and the thresholds of metrics.", tuple(fields)
    )


def sections() -> list[PolicySection]:
    return [*SECTIONS.values(), check_section()]


def fields_by_name() -> dict[str, PolicyField]:
    return {field.name: field for section in sections() for field in section.fields}
