"""Tickets that changed at the provider move their tasks."""

from datetime import timedelta

import pytest

from accounts.actors import SYSTEM
from accounts.models import Project
from findings.models import Regression
from integrations import services
from integrations.models import Integration, WebhookDelivery
from integrations.sync import engine
from integrations.sync.tickets.pull import READ_OVERLAP
from krafter_audit.http.timestamps import format_timestamp
from remediation.models import Verification
from remediation.services import verdicts, verifications
from tests.fakes.trackers.github import FakeGitHub
from tests.unit.integrations.conftest import MakeTask, Sync
from tests.unit.integrations.sync.scenario import labels, last_run, verify

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def test_closed_issue_moves_the_task_to_ready_verify_and_starts_one_verification(
    sync: Sync, make_task: MakeTask, github: FakeGitHub
) -> None:
    task = make_task()
    sync()

    github.move(1, "close")
    sync()
    sync()

    task.refresh_from_db()
    assert task.status == "ready_verify"
    assert [v.result for v in Verification.objects.filter(task=task)] == ["pending"]
    assert github.issues[1]["state"] == "closed"
    assert labels(github) == ["krafter:ready_verify", "priority:medium"]


@pytest.mark.parametrize("hours", [-12, 12])
def test_ticket_is_followed_although_the_clock_of_its_provider_is_wrong(
    sync: Sync, make_task: MakeTask, github: FakeGitHub, hours: int
) -> None:
    github.now += timedelta(hours=hours)
    task, statuses = make_task(), []
    sync()

    for change in ({"state": "closed", "state_reason": "completed"}, {"state": "open"}):
        github.touch(1, **change)
        sync()
        sync()
        task.refresh_from_db()
        statuses.append(task.status)

    assert statuses == ["ready_verify", "in_progress"]


def test_reopened_verification_opens_the_closed_issue(
    sync: Sync, make_task: MakeTask, github: FakeGitHub
) -> None:
    task = make_task()
    sync()
    github.move(1, "close")
    sync()

    verify(task, verdicts.reopen)
    sync()

    assert github.issues[1]["state"] == "open"
    assert Regression.objects.count() == 1


def test_reopened_issue_moves_the_task_to_in_progress(
    sync: Sync, make_task: MakeTask, github: FakeGitHub
) -> None:
    task = make_task()
    sync()
    github.move(1, "close")
    sync()

    github.move(1, "reopen")
    sync()

    task.refresh_from_db()
    assert task.status == "in_progress"
    assert github.issues[1]["state"] == "open"


def test_issue_reopened_after_the_approval_is_left_for_a_person(
    sync: Sync, make_task: MakeTask, github: FakeGitHub
) -> None:
    task = make_task()
    sync()
    verify(task, verdicts.approve)
    sync()

    github.move(1, "reopen")
    sync()
    refused = last_run().refusals
    sync()

    task.refresh_from_db()
    assert task.status == "done"
    assert github.issues[1]["state"] == "open"
    assert refused == [
        {
            "subject": "acme/web-app#1",
            "reason": "The task is done. Reopen its verification to work on it again.",
        }
    ]


def test_approval_and_reopened_issue_between_two_syncs_are_left_for_a_person(
    sync: Sync, make_task: MakeTask, github: FakeGitHub
) -> None:
    task = make_task()
    sync()
    github.move(1, "close")
    sync()

    verify(task, verdicts.approve)
    github.move(1, "reopen")
    sync()

    task.refresh_from_db()
    assert (task.status, github.issues[1]["state"]) == ("done", "open")
    assert [refused["reason"] for refused in last_run().refusals] == [
        "The ticket was reopened while the task was completed."
    ]


def test_issue_closed_during_a_verification_starts_no_second_one(
    sync: Sync, make_task: MakeTask, github: FakeGitHub
) -> None:
    task = make_task()
    sync()
    verifications.run(task.project, task_id=task.pk, by=SYSTEM)

    github.move(1, "close")
    sync()

    task.refresh_from_db()
    assert (task.status, Verification.objects.count(), last_run().refusals) == ("ready_verify", 1, [])


def test_issue_closed_with_exhausted_quota_logs_the_missing_verification(
    sync: Sync, make_task: MakeTask, github: FakeGitHub, project: Project
) -> None:
    task = make_task()
    sync()
    project.organization.ai_quota = 0
    project.organization.save()

    github.move(1, "close")
    row = sync()

    task.refresh_from_db()
    assert (row.status, task.status, Verification.objects.count()) == ("connected", "ready_verify", 0)
    assert last_run().refusals[0]["reason"].startswith("No verification was queued: The organisation's quota")


def test_issue_closed_as_not_planned_is_left_for_a_person(
    sync: Sync, make_task: MakeTask, github: FakeGitHub
) -> None:
    task = make_task()
    sync()

    github.move(1, "drop")
    row = sync()

    task.refresh_from_db()
    assert (row.status, task.status) == ("connected", "backlog")
    assert "dismiss the finding" in last_run().refusals[0]["reason"]
    assert Verification.objects.count() == 0


def test_in_progress_label_starts_the_task(sync: Sync, make_task: MakeTask, github: FakeGitHub) -> None:
    task = make_task()
    sync()

    github.touch(1, labels=["krafter:in_progress", "priority:medium"])
    sync()

    task.refresh_from_db()
    assert task.status == "in_progress"


def test_referring_pull_request_is_stored_on_the_task(
    sync: Sync, make_task: MakeTask, github: FakeGitHub
) -> None:
    task = make_task()
    sync()

    github.refer(1, "https://github.com/acme/web-app/pull/142")
    sync()

    task.refresh_from_db()
    assert task.pr_url == "https://github.com/acme/web-app/pull/142"


def test_pull_request_is_found_by_the_sync_after_one_that_failed_before_the_search(
    sync: Sync, make_task: MakeTask, github: FakeGitHub
) -> None:
    task = make_task()
    sync()

    github.refer(1, "https://github.com/acme/web-app/pull/142")
    for _ in range(3):
        github.next_answer("GET", "/timeline$", (500, {}, {}))
    failed = sync().status
    sync()

    task.refresh_from_db()
    assert (failed, task.pr_url) == ("error", "https://github.com/acme/web-app/pull/142")


def test_refused_search_for_a_pull_request_is_repeated_once(
    sync: Sync, make_task: MakeTask, github: FakeGitHub
) -> None:
    found, never_found = make_task("Found"), make_task("Never found")
    sync()
    for number in (1, 2):
        github.refer(number, "https://github.com/acme/web-app/pull/142")
    for number in (1, 2, 2):
        github.next_answer("GET", f"/{number}/timeline$", (404, {}, {"message": "Not Found"}))
    github.requests.clear()

    for _ in range(3):
        sync()

    for task in (found, never_found):
        task.refresh_from_db()
    assert (found.pr_url, never_found.pr_url) == ("https://github.com/acme/web-app/pull/142", None)
    assert len(github.received("GET", "/timeline")) == 4


def test_pull_request_of_an_issue_that_a_webhook_has_reported_is_found_by_the_next_sync(
    sync: Sync, make_task: MakeTask, github: FakeGitHub, integration: Integration
) -> None:
    task = make_task()
    sync()

    github.refer(1, "https://github.com/acme/web-app/pull/142")
    WebhookDelivery.objects.create(integration=integration, event="issues.edited", ticket_ids=["1"])
    services.request_sync(integration)
    engine.sync(integration.pk)
    sync()

    task.refresh_from_db()
    assert task.pr_url == "https://github.com/acme/web-app/pull/142"


def test_pull_request_of_an_unchanged_issue_in_progress_is_found(
    sync: Sync, make_task: MakeTask, github: FakeGitHub
) -> None:
    task = make_task(status="in_progress")
    sync()
    before = github.issues[1]["updated_at"]
    github.refer(1, "https://github.com/acme/web-app/pull/142")
    github.issues[1]["updated_at"] = before

    sync()

    task.refresh_from_db()
    assert task.pr_url == "https://github.com/acme/web-app/pull/142"


def test_existing_pull_request_url_is_kept(sync: Sync, make_task: MakeTask, github: FakeGitHub) -> None:
    task = make_task(pr_url="https://github.com/acme/web-app/pull/1")
    sync()

    github.refer(1, "https://github.com/acme/web-app/pull/142")
    sync()

    task.refresh_from_db()
    assert task.pr_url == "https://github.com/acme/web-app/pull/1"


def test_next_sync_reads_the_changes_since_the_newest_change(
    sync: Sync, make_task: MakeTask, github: FakeGitHub
) -> None:
    make_task()
    sync()
    sync()
    github.requests.clear()

    sync()

    [listed] = github.received("GET", "/issues")
    assert listed.query["since"] == format_timestamp(github.now - READ_OVERLAP)
