"""How a sync runs: its outcome, pauses, failures, and interrupted runs."""

import logging
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.actors import SYSTEM
from accounts.models import Project
from integrations import jobs, services
from integrations.models import Integration, SyncRun, TicketLink
from integrations.sync import engine
from tests.fakes.trackers.github import FakeGitHub
from tests.unit.integrations.conftest import MakeTask, Sync
from tests.unit.integrations.sync.scenario import last_run

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
BAD_GATEWAY = (502, {}, {})


def test_successful_sync_stores_time_and_counts(sync: Sync, make_task: MakeTask) -> None:
    make_task("One")
    make_task("Two")

    row = sync()

    run = last_run()
    assert (run.outcome, run.pushed, run.pulled, run.refusals, run.error) == ("succeeded", 2, 0, [], "")
    assert row.last_sync_at is not None
    assert row.last_error == ""
    assert row.lease_until is None


def test_rate_limit_pauses_the_sync_and_the_next_run_continues(
    sync: Sync, make_task: MakeTask, github: FakeGitHub, integration: Integration
) -> None:
    make_task("One")
    make_task("Two")
    github.next_answer("POST", "/issues$", lambda: github.create(github.requests[-1].body))
    github.next_answer("POST", "/issues$", (403, {"retry-after": "120"}, {}))

    row = sync()
    paused = (row.status, last_run().outcome, len(github.issues))
    wait = row.not_before - timezone.now()
    engine.sync(row.pk)
    too_early = len(github.issues)
    Integration.objects.update(not_before=timezone.now())
    engine.sync(row.pk)

    row.refresh_from_db()
    assert paused == ("syncing", "paused", 1)
    assert timedelta(seconds=110) < wait <= timedelta(seconds=120)
    assert too_early == 1
    assert (row.status, len(github.issues)) == ("connected", 2)


def test_rate_limit_of_an_hour_fails_the_sync(sync: Sync, github: FakeGitHub) -> None:
    github.next_answer("GET", "/web-app$", (429, {"retry-after": "3600"}, {}))

    row = sync()

    assert row.status == "error"
    assert row.last_error.startswith("GitHub limits requests until ")


def test_run_with_exhausted_time_budget_continues_in_the_next_run(
    sync: Sync, make_task: MakeTask, github: FakeGitHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_task()
    with monkeypatch.context() as patch:
        patch.setattr("integrations.sync.context.TIME_BUDGET_SECONDS", -1.0)
        row = sync()
    stopped = (row.status, last_run().outcome)
    engine.sync(row.pk)

    row.refresh_from_db()
    assert stopped == ("syncing", "paused")
    assert (row.status, len(github.issues)) == ("connected", 1)


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ((401, {}, {"message": "Bad credentials"}), "does not accept the token"),
        ((404, {}, {"message": "Not Found"}), "did not find acme/web-app"),
        ((301, {}, {}), "has moved"),
    ],
)
def test_refusal_fails_the_sync_with_a_message_and_the_next_sync_works(
    sync: Sync, make_task: MakeTask, github: FakeGitHub, answer: Any, sentence: str
) -> None:
    task = make_task()
    github.next_answer("GET", "/web-app$", answer)

    row = sync()
    failed = (row.status, row.last_error, row.last_sync_at)
    recovered = sync().status

    assert failed[0] == "error"
    assert sentence in failed[1]
    assert failed[2] is None
    assert recovered == "connected"
    task.refresh_from_db()
    assert task.external_ticket_key == "acme/web-app#1"


def test_token_revoked_during_the_run_ends_the_sync(
    sync: Sync, make_task: MakeTask, github: FakeGitHub
) -> None:
    make_task("One")
    make_task("Two")

    def revoked() -> Any:
        github.token = "another"
        return 401, {}, {"message": "Bad credentials"}

    github.next_answer("POST", "/issues$", revoked)

    row = sync()

    assert (row.status, len(github.received("POST"))) == ("error", 1)
    assert "does not accept the token" in row.last_error


def test_unavailable_provider_fails_the_sync_and_the_next_sync_works(sync: Sync, github: FakeGitHub) -> None:
    for _ in range(3):
        github.next_answer("GET", "/web-app$", BAD_GATEWAY)

    row = sync()
    failed, recovered = (row.status, row.last_error), sync().status

    assert (failed, recovered) == (("error", "GitHub answered with status 502."), "connected")


def test_unreadable_credentials_require_a_new_connection(
    sync: Sync, integration: Integration, project: Project
) -> None:
    other = services.connect(project, "gitlab", credentials={"token": "x"}, by=SYSTEM)
    Integration.objects.filter(pk=integration.pk).update(credentials=other.credentials)

    row = sync()

    assert row.status == "error"
    assert row.last_error.endswith("Connect again.")


def test_leased_integration_is_left_to_its_worker(
    integration: Integration, project: Project, github: FakeGitHub
) -> None:
    services.sync_now(project, "github", by=SYSTEM)
    Integration.objects.update(lease_until=timezone.now() + timedelta(seconds=30))

    engine.sync(integration.pk)

    assert github.requests == []
    assert Integration.objects.get().status == "syncing"


def test_message_for_an_idle_integration_does_nothing(integration: Integration, github: FakeGitHub) -> None:
    engine.sync(integration.pk)

    assert github.requests == []
    assert SyncRun.objects.count() == 0


def test_killed_run_is_logged_as_interrupted_and_repeated(
    integration: Integration, project: Project, make_task: MakeTask, github: FakeGitHub
) -> None:
    task = make_task()
    services.sync_now(project, "github", by=SYSTEM)
    Integration.objects.update(lease_until=timezone.now() - timedelta(seconds=1), fence=7, attempts=1)
    SyncRun.objects.create(integration=integration)
    TicketLink.objects.create(integration=integration, task=task)

    engine.sync(integration.pk)

    outcomes = SyncRun.objects.order_by("started_at", "id").values_list("outcome", flat=True)
    assert list(outcomes) == ["interrupted", "succeeded"]
    assert list(github.issues) == [1]


def test_sync_is_stopped_after_five_attempts(
    integration: Integration, project: Project, github: FakeGitHub
) -> None:
    services.sync_now(project, "github", by=SYSTEM)
    Integration.objects.update(attempts=5)

    engine.sync(integration.pk)

    integration.refresh_from_db()
    assert integration.status == "error"
    assert "stopped after 5 attempts" in integration.last_error
    assert github.requests == []


def test_sync_that_is_limited_five_times_fails_with_the_reason(
    integration: Integration, sync: Sync, github: FakeGitHub
) -> None:
    for _ in range(5):
        github.next_answer("GET", "/web-app$", (429, {"retry-after": "60"}, {}))

    row = sync()
    while row.status == "syncing":
        Integration.objects.update(not_before=timezone.now())
        engine.sync(row.pk)
        row.refresh_from_db()

    assert (row.status, row.attempts, len(github.requests)) == ("error", 0, 5)
    assert row.last_error.startswith("GitHub limits requests until ")


def test_defect_fails_the_sync_without_logging_its_message(
    sync: Sync, make_task: MakeTask, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_task()

    def defect(*_: object) -> None:
        raise KeyError("a secret of the task")

    monkeypatch.setattr("integrations.sync.tickets.push.draft_of", defect)
    with caplog.at_level(logging.DEBUG):
        row = sync()

    assert (row.status, row.last_error) == ("error", "Internal error.")
    assert ("KeyError" in caplog.text, "a secret of the task" in caplog.text) == (True, False)


def test_sweep_enqueues_unleased_syncs_that_are_due(
    integration: Integration, project: Project, enqueued: list[tuple[str, ...]]
) -> None:
    jobs.requeue_pending()
    services.sync_now(project, "github", by=SYSTEM)
    jobs.requeue_pending()
    Integration.objects.update(not_before=timezone.now() + timedelta(minutes=5))
    jobs.requeue_pending()
    Integration.objects.update(not_before=timezone.now(), lease_until=timezone.now() + timedelta(minutes=5))
    jobs.requeue_pending()

    assert enqueued == [("integrations.run_sync", str(integration.pk))]


def test_only_the_latest_runs_are_kept(sync: Sync, integration: Integration) -> None:
    SyncRun.objects.bulk_create(SyncRun(integration=integration, outcome="succeeded") for _ in range(60))

    sync()

    assert SyncRun.objects.count() == 50
    assert last_run().outcome == "succeeded"
