"""Helpers of the sync tests."""

from collections.abc import Callable
from typing import Any

from accounts.actors import SYSTEM, Actor
from findings.models import Finding
from integrations.models import SyncRun
from remediation.models import CheckStatus, Task, Verification
from remediation.services import tasks, verifications
from remediation.worker import check_aggregation, part_runner
from scans.models import Scanner
from tests.fakes.trackers.github import FakeGitHub


def last_run() -> SyncRun:
    return SyncRun.objects.order_by("started_at", "id").last()


def change(task: Task, **changes: Any) -> None:
    tasks.update(task.pk, changes=changes, by=SYSTEM)


def verify(task: Task, decide: Callable[..., Any], by: Actor = SYSTEM) -> None:
    pending = Verification.objects.filter(task=task, result="pending").first()
    pending = pending or verifications.run(task.project, task_id=task.pk, by=by)
    decide(pending.pk, by=by)


def labels(github: FakeGitHub, number: int = 1) -> list[str]:
    return [label["name"] for label in github.issues[number]["labels"]]


def store_result(task: Task, status: CheckStatus) -> Verification:
    """Let a worker store the result of the running verification."""
    waiting = Verification.objects.get(task=task, running=True)
    with part_runner.lease_part(waiting.pk, Scanner.HTTP) as part:
        assert part is not None
        part_runner.store_result(
            part,
            "security_header_csp",
            check_aggregation.AggregatedResult(status, status.value, {"pages": []}),
        )
    return waiting


def passed_verification() -> Verification:
    """Return a verification of the only finding that has passed and waits for a decision."""
    finding = Finding.objects.get()
    task = tasks.create(finding.project, finding_id=finding.pk, title="Fix it", by=SYSTEM)
    checks = [
        {"key": key, "before": "failed", "after": "passed", "status": CheckStatus.PASSED.value}
        for key in finding.check_keys
    ]
    return Verification.objects.create(project=finding.project, task=task, checks=checks)


def state_of(verification: Verification) -> str:
    verification.refresh_from_db()
    return str(verification.state)
