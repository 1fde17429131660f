"""Verification events reach the tickets."""

from collections.abc import Callable

import pytest

from accounts import services as accounts
from accounts.actors import SYSTEM
from integrations import jobs, services
from integrations.models import Integration
from integrations.sync import engine
from remediation.models import CheckStatus, Task, Verification
from remediation.services import verdicts, verifications
from tests.fakes.trackers.github import FakeGitHub
from tests.unit.integrations.conftest import Sync
from tests.unit.integrations.sync.scenario import store_result

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def test_failed_checks_reopen_the_issue_with_a_comment(
    closed_task: Task, sync_events: Callable[[], None], github: FakeGitHub, integration: Integration
) -> None:
    verification = store_result(closed_task, CheckStatus.FAILED)
    github.requests.clear()

    sync_events()

    closed_task.refresh_from_db()
    integration.refresh_from_db()
    assert (closed_task.status, github.issues[1]["state"], integration.status) == (
        "in_progress",
        "open",
        "connected",
    )
    (comment,) = github.comments[1]
    assert "1 of 1 checks failed" in comment["body"]
    assert "- security_header_csp: failed (before: failed, after: failed)" in comment["body"]
    assert f"/admin/remediation/verification/{verification.pk}/change/" in comment["body"]
    assert github.received("GET", "/issues") == []


def test_failed_checks_in_an_archived_project_reach_the_issue_after_its_restoration(
    closed_task: Task, sync_events: Callable[[], None], sync: Sync, github: FakeGitHub
) -> None:
    accounts.update_project(closed_task.project, changes={"archived": True}, by=SYSTEM)
    store_result(closed_task, CheckStatus.FAILED)
    github.requests.clear()

    sync_events()
    while_archived = list(github.requests)
    accounts.update_project(closed_task.project, changes={"archived": False}, by=SYSTEM)
    sync()

    assert while_archived == []
    assert (github.issues[1]["state"], len(github.comments[1])) == ("open", 1)


def test_issue_closed_again_after_failed_checks_is_verified_again(
    closed_task: Task, sync_events: Callable[[], None], sync: Sync, github: FakeGitHub
) -> None:
    store_result(closed_task, CheckStatus.FAILED)
    sync_events()

    github.move(1, "close")
    sync()
    sync()

    closed_task.refresh_from_db()
    running = (
        Verification.objects.filter(task=closed_task).order_by("created_at").values_list("running", flat=True)
    )
    assert (closed_task.status, list(running)) == ("ready_verify", [False, True])


@pytest.mark.parametrize("status", [CheckStatus.PASSED, CheckStatus.INCONCLUSIVE])
def test_other_results_leave_the_issue_to_the_verdict(
    closed_task: Task, sync_events: Callable[[], None], github: FakeGitHub, status: CheckStatus
) -> None:
    store_result(closed_task, status)

    sync_events()

    closed_task.refresh_from_db()
    assert (closed_task.status, github.issues[1]["state"], github.comments) == ("ready_verify", "closed", {})


def test_verdicts_request_a_sync(
    task: Task, sync: Sync, sync_events: Callable[[], None], github: FakeGitHub
) -> None:
    sync()
    verifications.run(task.project, task_id=task.pk, by=SYSTEM)
    verification = store_result(task, CheckStatus.PASSED)
    verdicts.approve(verification.pk, by=SYSTEM)
    sync_events()
    approved = github.issues[1]["state"]
    verdicts.reopen(verification.pk, by=SYSTEM)
    sync_events()

    assert (approved, github.issues[1]["state"]) == ("closed", "open")


def test_request_during_a_sync_repeats_it(
    closed_task: Task, sync: Sync, github: FakeGitHub, integration: Integration
) -> None:
    verification = store_result(closed_task, CheckStatus.PASSED)
    github.move(1, "reopen")
    services.sync_now(integration.project, "github", by=SYSTEM)
    row = Integration.objects.get()

    verdicts.approve(verification.pk, by=SYSTEM)
    jobs.process_events()
    ended = engine.finish_or_repeat(row, status="connected")

    integration.refresh_from_db()
    assert (ended, integration.status, integration.sync_scope) == (True, "syncing", "pending")
