"""Verification events reach the tickets."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from accounts.actors import SYSTEM
from accounts.models import Project
from events.models import OutboxEntry
from findings.services.ingestion import FindingReport, ingest_one
from integrations import jobs, services
from integrations.models import Integration, TicketComment
from integrations.providers.registry import ADAPTERS
from integrations.providers.tickets import Tracker
from integrations.providers.types import TicketDraft
from integrations.sync import engine
from integrations.sync.ticket_comments import comment_text
from krafter_audit.http.client import Client
from remediation.models import CheckStatus, Task, Verification
from remediation.services import tasks, verdicts, verifications
from remediation.worker import check_aggregation, part_runner
from scans.models import Scanner
from tests.fakes.dialects.github import FakeGitHub
from tests.fakes.tracker import FakeTracker
from tests.unit.integrations.conftest import Sync
from tests.unit.integrations.sync.scenario import last_run

pytestmark = pytest.mark.django_db


@pytest.fixture
def task(project: Project) -> Task:
    """A task of a finding that a check verifies."""
    seen = FindingReport("security", "No policy is sent", severity="high", checks=["security_header_csp"])
    finding, _ = ingest_one(project, seen, by=SYSTEM)
    return tasks.create(project, finding_id=finding.pk, title="Send a policy", by=SYSTEM)


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


@pytest.fixture
def closed(sync: Sync, task: Task, github: FakeGitHub) -> Task:
    """A task whose issue was closed, with a running verification."""
    sync()
    github.touch(1, state="closed", state_reason="completed")
    sync()
    return task


@pytest.fixture
def follow(integration: Integration) -> Callable[[], None]:
    """Let the workers process the outbox and run the requested sync."""

    def run() -> None:
        jobs.process_events()
        engine.sync(integration.pk)

    return run


def test_failed_checks_reopen_the_issue_with_a_comment(
    closed: Task, follow: Callable[[], None], github: FakeGitHub, integration: Integration
) -> None:
    verification = store_result(closed, CheckStatus.FAILED)
    github.requests.clear()

    follow()

    closed.refresh_from_db()
    integration.refresh_from_db()
    assert (closed.status, github.issues[1]["state"], integration.status) == (
        "in_progress",
        "open",
        "connected",
    )
    (comment,) = github.comments[1]
    assert "1 of 1 checks failed" in comment["body"]
    assert "- security_header_csp: failed (before: failed, after: failed)" in comment["body"]
    assert f"/admin/remediation/verification/{verification.pk}/change/" in comment["body"]
    assert github.asked("GET", "/issues") == []


def test_event_processed_twice_adds_one_comment(
    closed: Task, follow: Callable[[], None], github: FakeGitHub
) -> None:
    store_result(closed, CheckStatus.FAILED)
    left = list(OutboxEntry.objects.values("consumer", "project_id", "name", "event_ids"))

    follow()
    OutboxEntry.objects.bulk_create(OutboxEntry(**row) for row in left)
    follow()

    assert (len(github.comments[1]), TicketComment.objects.count()) == (1, 1)


def test_comment_whose_response_was_lost_is_added_once(
    closed: Task, follow: Callable[[], None], sync: Sync, github: FakeGitHub
) -> None:
    store_result(closed, CheckStatus.FAILED)
    jobs.process_events()

    def create_and_lose() -> Any:
        github.comments[1] = [dict(github.requests[-1].body)]
        return 502, {}, {}

    github.next_answer("POST", "/comments$", create_and_lose)
    follow()
    failed = last_run().outcome
    sync()

    assert (failed, last_run().outcome, len(github.comments[1])) == ("failed", "succeeded", 1)


def test_issue_closed_again_after_failed_checks_is_verified_again(
    closed: Task, follow: Callable[[], None], sync: Sync, github: FakeGitHub
) -> None:
    store_result(closed, CheckStatus.FAILED)
    follow()

    github.touch(1, state="closed", state_reason="completed")
    sync()
    sync()

    closed.refresh_from_db()
    running = (
        Verification.objects.filter(task=closed).order_by("created_at").values_list("running", flat=True)
    )
    assert (closed.status, list(running)) == ("ready_verify", [False, True])


@pytest.mark.parametrize("status", [CheckStatus.PASSED, CheckStatus.INCONCLUSIVE])
def test_other_results_leave_the_issue_to_the_verdict(
    closed: Task, follow: Callable[[], None], github: FakeGitHub, status: CheckStatus
) -> None:
    store_result(closed, status)

    follow()

    closed.refresh_from_db()
    assert (closed.status, github.issues[1]["state"], github.comments) == ("ready_verify", "closed", {})


def test_verdicts_request_a_sync(
    task: Task, sync: Sync, follow: Callable[[], None], github: FakeGitHub
) -> None:
    sync()
    verifications.run(task.project, task_id=task.pk, by=SYSTEM)
    verification = store_result(task, CheckStatus.PASSED)
    verdicts.approve(verification.pk, by=SYSTEM)
    follow()
    approved = github.issues[1]["state"]
    verdicts.reopen(verification.pk, by=SYSTEM)
    follow()

    assert (approved, github.issues[1]["state"]) == ("closed", "open")


def test_request_during_a_sync_repeats_it(
    closed: Task, sync: Sync, github: FakeGitHub, integration: Integration
) -> None:
    verification = store_result(closed, CheckStatus.PASSED)
    github.touch(1, state="open", state_reason="reopened")
    services.sync_now(integration.project, "github", by=SYSTEM)
    row = Integration.objects.get()

    verdicts.approve(verification.pk, by=SYSTEM)
    jobs.process_events()
    ended = engine.finish_or_repeat(row, status="connected")

    integration.refresh_from_db()
    assert (ended, integration.status, integration.scope) == (True, "syncing", "pending")


@pytest.fixture
def one_verification(closed: Task) -> Verification:
    return store_result(closed, CheckStatus.FAILED)


def test_comment_names_the_checks_without_evidence(one_verification: Verification, settings: Any) -> None:
    settings.KRAFTER_PUBLIC_URL = "https://audit.example.com"
    one_verification.refresh_from_db()

    text = comment_text(one_verification).splitlines()

    assert text[0].endswith("1 of 1 checks failed. The task is in progress again.")
    assert text[2:] == [
        "- security_header_csp: failed (before: failed, after: failed)",
        "",
        f"Evidence: https://audit.example.com/admin/remediation/verification/{one_verification.pk}/change/",
    ]


def test_every_tracker_adds_a_comment_once(tracker: FakeTracker, project: Project) -> None:
    with Client() as client:
        adapter = ADAPTERS[tracker.provider](client, tracker.credentials, tracker.api_url)
        assert isinstance(adapter, Tracker)
        due = datetime.now(UTC)
        draft = TicketDraft(str(project.pk), "Send a policy", "backlog", "high", due, closed=False)
        ticket = adapter.create_ticket(draft)
        for was_tried in (False, True, True):
            adapter.add_comment(
                ticket.external_id, text="@all 1 check failed", marker=str(project.pk), was_tried=was_tried
            )

    assert tracker.comment_count == 1
