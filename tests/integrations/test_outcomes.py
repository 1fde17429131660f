"""An issue that is closed asks for a verification; what becomes of that goes back to the issue."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction

from accounts.actors import SYSTEM
from accounts.models import Project
from events import consumers
from events.models import Unread
from events.record import BATCH_SIZE, record
from findings.services.ingestion import FindingReport, ingest_one
from integrations import jobs, remarks, services
from integrations import sync as engine
from integrations.models import Integration, Remark
from krafter_audit.http.client import Client
from remediation.models import CheckStatus, Task, Verification
from remediation.services import tasks, verdicts, verifications
from remediation.worker import part_runner
from scans.models import Scanner
from tests.integrations.fake_github import FakeGitHub
from tests.integrations.test_sync import Sync, last_run

pytestmark = pytest.mark.django_db


@pytest.fixture
def task(project: Project) -> Task:
    """A task of a finding that a check verifies."""
    seen = FindingReport("security", "No policy is sent", severity="high", checks=["security_header_csp"])
    finding, _ = ingest_one(project, seen, by=SYSTEM)
    return tasks.create(project, finding_id=finding.pk, title="Send a policy", by=SYSTEM)


def look(task: Task, status: CheckStatus) -> Verification:
    """Let the worker find that of the verification that waits."""
    waiting = Verification.objects.get(task=task, running=True)
    with part_runner.taken(waiting.pk, Scanner.HTTP) as part:
        assert part is not None
        part_runner.write(
            part, "security_header_csp", part_runner.Answer(status, status.value, {"pages": []})
        )
    return waiting


@pytest.fixture
def closed(sync: Sync, task: Task, github: FakeGitHub) -> Task:
    """Its issue was closed there, and a verification is running."""
    sync()
    github.touch(1, state="closed", state_reason="completed")
    sync()
    return task


@pytest.fixture
def follow(integration: Integration) -> Callable[[], None]:
    """Let the workers read the record and carry out what it asks for."""

    def run() -> None:
        jobs.read_record()
        engine.sync(integration.pk)

    return run


def test_an_issue_whose_checks_fail_is_opened_again_and_says_which(
    closed: Task, follow: Callable[[], None], github: FakeGitHub, integration: Integration
) -> None:
    verification = look(closed, CheckStatus.FAILED)
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
    assert github.asked("GET", "/issues") == []  # nothing but this was asked for


def test_read_twice_it_is_told_once(closed: Task, follow: Callable[[], None], github: FakeGitHub) -> None:
    look(closed, CheckStatus.FAILED)
    left = list(Unread.objects.values("consumer", "project_id", "name", "event_ids"))

    follow()
    Unread.objects.bulk_create(Unread(**row) for row in left)
    follow()

    assert (len(github.comments[1]), Remark.objects.count()) == (1, 1)


def test_a_comment_whose_answer_was_lost_is_not_made_again(
    closed: Task, follow: Callable[[], None], sync: Sync, github: FakeGitHub
) -> None:
    look(closed, CheckStatus.FAILED)
    jobs.read_record()

    def made_but_lost() -> Any:
        github.comments[1] = [dict(github.requests[-1].body)]
        return 502, {}, {}

    github.next_answer("POST", "/comments$", made_but_lost)
    follow()
    failed = last_run().outcome
    sync()

    assert (failed, last_run().outcome, len(github.comments[1])) == ("failed", "succeeded", 1)


def test_an_issue_closed_again_after_failed_checks_is_verified_again(
    closed: Task, follow: Callable[[], None], sync: Sync, github: FakeGitHub
) -> None:
    look(closed, CheckStatus.FAILED)
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
def test_checks_that_did_not_fail_leave_the_issue_to_the_verdict(
    closed: Task, follow: Callable[[], None], github: FakeGitHub, status: CheckStatus
) -> None:
    look(closed, status)

    follow()

    closed.refresh_from_db()
    assert (closed.status, github.issues[1]["state"], github.comments) == ("ready_verify", "closed", {})


def test_verdicts_reach_the_issue_without_anybody_asking_for_a_sync(
    task: Task, sync: Sync, follow: Callable[[], None], github: FakeGitHub
) -> None:
    sync()
    verifications.run(task.project, task_id=task.pk, by=SYSTEM)
    verification = look(task, CheckStatus.PASSED)
    verdicts.approve(verification.pk, by=SYSTEM)
    follow()
    approved = github.issues[1]["state"]
    verdicts.reopen(verification.pk, by=SYSTEM)
    follow()

    assert (approved, github.issues[1]["state"]) == ("closed", "open")


def test_a_wish_that_comes_while_a_sync_runs_begins_it_again(
    closed: Task, sync: Sync, github: FakeGitHub, integration: Integration
) -> None:
    verification = look(closed, CheckStatus.PASSED)
    github.touch(1, state="open", state_reason="reopened")
    services.request_sync(integration.project, "github", by=SYSTEM)
    row = Integration.objects.get()

    verdicts.approve(verification.pk, by=SYSTEM)
    jobs.read_record()
    ended = engine._end(row, {"status": "connected"})

    integration.refresh_from_db()
    assert (ended, integration.status, integration.scope) == (True, "syncing", "pending")


def test_what_was_rolled_back_is_never_read(task: Task) -> None:
    try:
        with transaction.atomic():
            record("verification.approved", task, by=SYSTEM)
            raise RuntimeError
    except RuntimeError:
        pass

    assert Unread.objects.filter(consumer="tickets").count() == 0


def test_what_cannot_be_read_waits_and_does_not_hold_up_the_rest(task: Task) -> None:
    for name in ("verification.approved", "verification.reopened"):
        record(name, task, by=SYSTEM)

    def handle(reading: consumers.Reading) -> None:
        if reading.name == "verification.approved":
            raise ValueError("broken")

    read = consumers.read("tickets", handle)
    again = consumers.read("tickets", handle)

    (left,) = Unread.objects.filter(consumer="tickets")
    assert (read, again, left.name, left.attempts) == (1, 0, "verification.approved", 1)


def test_a_long_statement_leaves_one_row(project: Project) -> None:
    from events.record import record_many

    ids = [(project.pk, {}) for _ in range(BATCH_SIZE)]
    record_many("verification.approved", project, ids, by=SYSTEM)

    (left,) = Unread.objects.all()
    assert len(left.event_ids) == BATCH_SIZE


@pytest.fixture
def one_verification(closed: Task) -> Verification:
    return look(closed, CheckStatus.FAILED)


def test_what_is_told_names_the_checks_and_nothing_else_of_the_evidence(
    one_verification: Verification, settings: Any
) -> None:
    settings.KRAFTER_PUBLIC_URL = "https://audit.example.com"
    one_verification.refresh_from_db()

    told = remarks.text_about(one_verification).splitlines()

    assert told[0].endswith("1 of 1 checks failed, so the work goes on.")
    assert told[2:] == [
        "- security_header_csp: failed (before: failed, after: failed)",
        "",
        f"Evidence: https://audit.example.com/admin/remediation/verification/{one_verification.pk}/change/",
    ]


def test_every_tracker_says_a_remark_once(tracker: Any, project: Project) -> None:
    from datetime import UTC, datetime

    from integrations.providers import ADAPTERS
    from integrations.providers.base import Draft, Tracker

    with Client() as client:
        adapter = ADAPTERS[tracker.provider](client, tracker.credentials, tracker.setting)
        assert isinstance(adapter, Tracker)
        due = datetime.now(UTC)
        draft = Draft(str(project.pk), "Send a policy", "backlog", "high", due, closed=False)
        ticket = adapter.create(draft)
        for was_tried in (False, True, True):
            adapter.remark(
                ticket.external_id, text="@all 1 check failed", marker=str(project.pk), was_tried=was_tried
            )

    said = tracker.fake.comments
    assert sum(len(each) if isinstance(each, list) else 1 for each in said.values()) == 1
