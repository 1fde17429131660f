"""Random histories of a project, made by the services with a moved clock."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils import timezone
from hypothesis import strategies

from bulk_changes import services as bulk_changes
from bulk_changes.models import BulkChange
from findings.models import Finding
from findings.services import bulk, triage
from findings.services.ingestion import FindingReport, ingest
from krafter_audit.api.errors import ApiError
from remediation.models import Task, Verification
from remediation.services import bulk as task_bulk
from remediation.services import tasks, verdicts
from tests import factories
from tests.factories import Scenario

START = datetime(2026, 2, 27, 22, tzinfo=UTC)
SEVERITIES = ("critical", "high", "medium", "low")
DOMAINS = ("security", "performance", "accessibility", "seo")


def pick(rows: Any, number: int) -> Any:
    found = list(rows.order_by("pk"))
    return found[number % len(found)] if found else None


def report(scenario: Scenario, number: int) -> None:
    """Report one or two findings, of twelve, so that many are known or resolved."""
    reports = [
        FindingReport(DOMAINS[variant % 4], f"Finding {variant % 12}", SEVERITIES[number % 4], checks=[])
        for variant in (number, number * 7 + 1)[: 1 + number % 2]
    ]
    ingest(scenario.project, reports, by=scenario.actor)


def change_finding(scenario: Scenario, number: int) -> None:
    finding = pick(Finding.objects.filter(project=scenario.project), number)
    changes: list[dict[str, Any]] = [
        {"status": "dismissed"},
        {"status": "triaged"},
        {"severity": SEVERITIES[number % 4]},
        {"severity": SEVERITIES[number % 3], "status": "dismissed"},
        {"severity": SEVERITIES[number % 3], "status": "new"},
        {"title": f"Renamed {number}"},
    ]
    if finding:
        triage.update(finding.pk, changes=changes[number % len(changes)], by=scenario.actor)


def change_findings(scenario: Scenario, number: int) -> None:
    request = {
        "filter": {"severity": SEVERITIES[: number % 4]},
        "set": [{"severity": "medium"}, {"status": "dismissed"}, {"status": "new"}][number % 3],
        "mode": "partial",
        "dry_run": False,
    }
    bulk.update(scenario.project, request, by=scenario.actor)


def change_tasks(scenario: Scenario, number: int) -> None:
    ids = list(Task.objects.filter(project=scenario.project).values_list("pk", flat=True))
    changes: dict[str, Any] = [{"status": "blocked"}, {"owner_id": scenario.owner.pk}][number % 2]
    task_bulk.update(
        scenario.project, ids, changes=changes, all_or_nothing=False, dry_run=False, by=scenario.actor
    )


def undo(scenario: Scenario, number: int) -> None:
    change = pick(BulkChange.objects.filter(project=scenario.project), number)
    if change:
        bulk_changes.undo(change.pk, by=scenario.actor)


def create_task(scenario: Scenario, number: int) -> None:
    finding = pick(Finding.objects.filter(project=scenario.project), number)
    if finding:
        due = {"sla_due_at": timezone.now() + timedelta(hours=number % 90 - 20)} if number % 3 else {}
        owner = {"owner_id": scenario.owner.pk} if number % 2 else {}
        tasks.create(
            scenario.project, finding_id=finding.pk, title="Fix it", by=scenario.actor, **owner, **due
        )


def change_task(scenario: Scenario, number: int) -> None:
    task = pick(Task.objects.filter(project=scenario.project), number)
    changes: list[dict[str, Any]] = [
        {"status": "in_progress"},
        {"status": "blocked", "priority": "low"},
        {"owner_id": scenario.owner.pk},
        {"owner_id": None},
        {"sla_due_at": None},
        {"sla_due_at": timezone.now() + timedelta(minutes=number % 3000)},
    ]
    if task:
        tasks.update(task.pk, changes=changes[number % len(changes)], by=scenario.actor)


def approve(scenario: Scenario, number: int) -> None:
    task = pick(Task.objects.filter(project=scenario.project).exclude(status="done"), number)
    if task:
        verification = factories.verification(scenario, of=task)
        verdicts.approve(verification.pk, by=scenario.actor)


def reopen(scenario: Scenario, number: int) -> None:
    verification = pick(Verification.objects.filter(project=scenario.project), number)
    if verification:
        verdicts.reopen(verification.pk, by=scenario.actor)


ACTIONS: Sequence[Callable[[Scenario, int], None]] = (
    report, report, report, change_finding, change_finding, change_findings, create_task, create_task,
    change_task, change_tasks, undo, approve, approve, reopen,
)  # fmt: skip
# (minutes since the step before, action, number)
STEPS = strategies.lists(
    strategies.tuples(
        strategies.sampled_from([0, 1, 90, 60 * 5, 60 * 24, 60 * 24 * 3]),
        strategies.sampled_from(ACTIONS),
        strategies.integers(0, 10_000),
    ),
    min_size=1,
    max_size=30,
)


def act(action: Callable[[Scenario, int], None], scenario: Scenario, number: int) -> None:
    """Carry out a step; what a service refuses changes nothing."""
    with suppress(ApiError):
        action(scenario, number)
