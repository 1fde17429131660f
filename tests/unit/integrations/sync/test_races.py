"""Concurrent syncs, connects and disconnects: real transactions and threads on PostgreSQL."""

import copy
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.utils import timezone

from accounts.actors import SYSTEM
from accounts.models import Project
from events.models import Event
from integrations import services
from integrations.models import Integration, SyncRun, TicketLink, WebhookDelivery
from integrations.sync import engine
from integrations.webhooks import services as webhooks
from operations.credentials import secret_of
from operations.management.commands import rotate_credentials
from tests.fakes.tracker import FakeTracker
from tests.fakes.trackers.github import FakeGitHub
from tests.races.threads import at_once
from tests.unit.integrations.conftest import CREDENTIALS, MakeTask, run_sync
from tests.waiting import eventually

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def during_request(github: FakeGitHub, method: str, path: str, call: Callable[[], Any]) -> None:
    """While a request is at GitHub, do something here; then GitHub answers as it would have."""

    def answer() -> Any:
        try:
            call()
        finally:
            connection.close()
        return github.route(github.requests[-1])

    github.next_answer(method, path, answer)


def test_concurrent_first_connects_create_one_integration(project: Project) -> None:
    connects = [
        lambda n=n: services.connect(project, "github", credentials={"token": f"t{n}"}, by=SYSTEM)
        for n in range(6)
    ]

    rows = at_once(*connects)

    assert len({row.pk for row in rows}) == 1
    assert Integration.objects.get().credentials_version == 6


def test_webhook_is_disabled_once(github_integration: Integration) -> None:
    outcomes = at_once(
        *[lambda: webhooks.disable(github_integration.project, "github", by=SYSTEM)] * 3,
    )

    kinds = sorted(type(outcome).__name__ for outcome in outcomes)
    logged = Event.objects.filter(name="integration.webhook_disabled").count()
    assert (kinds, logged) == (["Webhook", "WebhookNotFound", "WebhookNotFound"], 1)


def test_concurrent_syncs_create_one_issue_per_task(
    tracker: FakeTracker, project: Project, make_task: MakeTask
) -> None:
    row = services.connect(project, tracker.provider, credentials=tracker.credentials, by=SYSTEM)
    for number in range(5):
        make_task(f"Task {number}")

    at_once(*[lambda: services.sync_now(project, tracker.provider, by=SYSTEM)] * 4)
    at_once(*[lambda: engine.sync(row.pk)] * 4)

    assert tracker.titles == [f"Task {number}" for number in range(5)]
    assert SyncRun.objects.count() == 1
    assert Integration.objects.get().status == "connected"


def test_disconnect_during_a_sync_stops_it(
    integration: Integration, project: Project, make_task: MakeTask, github: FakeGitHub
) -> None:
    make_task("One")
    make_task("Two")
    services.sync_now(project, "github", by=SYSTEM)
    during_request(github, "POST", "/issues$", lambda: services.disconnect(project, "github", by=SYSTEM))

    engine.sync(integration.pk)

    integration.refresh_from_db()
    assert (integration.status, integration.credentials, integration.lease_until) == (
        "disconnected",
        None,
        None,
    )
    assert len(github.issues) == 1
    assert SyncRun.objects.get().outcome == "interrupted"


def test_new_credentials_during_a_sync_stop_it(
    integration: Integration, project: Project, make_task: MakeTask, github: FakeGitHub
) -> None:
    make_task("One")
    make_task("Two")

    def reconnect() -> None:
        services.connect(project, "github", credentials=CREDENTIALS, by=SYSTEM)
        services.sync_now(project, "github", by=SYSTEM)

    services.sync_now(project, "github", by=SYSTEM)
    during_request(github, "POST", "/issues$", reconnect)
    engine.sync(integration.pk)
    stopped = (Integration.objects.get().status, len(github.issues))
    engine.sync(integration.pk)

    assert stopped == ("syncing", 1)
    assert [issue["title"] for issue in github.issues.values()] == ["One", "Two"]
    assert Integration.objects.get().status == "connected"


def test_no_transaction_is_open_during_a_request(
    integration: Integration, project: Project, make_task: MakeTask, github: FakeGitHub
) -> None:
    make_task()
    services.sync_now(project, "github", by=SYSTEM)
    open_then: list[list[str]] = []

    def list_open_transactions() -> None:
        with connection.cursor() as cursor:
            # PostgreSQL's own vacuum may be at work in the same database at any moment, and is no client of it.
            cursor.execute(
                "SELECT query FROM pg_stat_activity WHERE datname = current_database()"
                " AND backend_type = 'client backend' AND pid <> pg_backend_pid() AND xact_start IS NOT NULL"
            )
            open_then.append([query for (query,) in cursor])

    for method, path in (("GET", "/web-app$"), ("GET", "/dependabot/alerts$"), ("POST", "/issues$")):
        during_request(github, method, path, list_open_transactions)
    engine.sync(integration.pk)

    assert open_then == [[], [], []]


def test_worker_killed_during_a_request_creates_no_second_issue(
    integration: Integration, project: Project, make_task: MakeTask, github: FakeGitHub
) -> None:
    task = make_task()
    services.sync_now(project, "github", by=SYSTEM)
    worker: list[subprocess.Popen[bytes]] = []

    def create_and_kill() -> Any:
        worker[0].kill()
        worker[0].wait()
        return github.create(github.requests[-1].body)

    github.next_answer("POST", "/issues$", create_and_kill)
    worker.append(start_worker(integration))
    killed = worker[0].wait(timeout=30)
    held_still = Integration.objects.get().status
    Integration.objects.update(lease_until=timezone.now() - timedelta(seconds=1))  # a minute later
    assert eventually(lambda: 1 in github.issues)
    engine.sync(integration.pk)

    task.refresh_from_db()
    assert (killed, held_still) == (-signal.SIGKILL, "syncing")
    assert list(github.issues) == [1]
    assert (task.external_ticket_key, Integration.objects.get().status) == ("acme/web-app#1", "connected")
    assert list(SyncRun.objects.order_by("started_at").values_list("outcome", flat=True)) == [
        "interrupted",
        "succeeded",
    ]


def test_worker_that_lost_its_lease_does_not_merge_what_it_read_before(
    tracker: FakeTracker, project: Project, make_task: MakeTask
) -> None:
    task = make_task()
    row = services.connect(project, tracker.provider, credentials=tracker.credentials, by=SYSTEM)
    run_sync(row)
    (number,) = tracker.issues
    tracker.touch(number, **{tracker.title_field: "Theirs"})
    WebhookDelivery.objects.create(integration=row, body_digest="1", event="issues", ticket_ids=[str(number)])
    services.sync_now(project, tracker.provider, by=SYSTEM)

    def answer_late() -> Any:
        read = copy.deepcopy(tracker.route(tracker.requests[-1]))
        try:
            tracker.move(number, "close")
            Integration.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
            engine.sync(row.pk)
        finally:
            connection.close()
        return read

    is_linear = tracker.provider == "linear"
    tracker.next_answer(
        "POST" if is_linear else "GET", "^Issue$" if is_linear else rf"/issues?/{number}$", answer_late
    )
    engine.sync(row.pk)

    task.refresh_from_db()
    state = TicketLink.objects.get().last_synced["ticket"]["state"]
    assert (task.status, state, Integration.objects.get().status) == ("ready_verify", "closed", "connected")


def start_worker(row: Integration) -> subprocess.Popen[bytes]:
    """Start the job in its own process, on the tests' database."""
    server = urlsplit(os.environ["DATABASE_URL"])
    address = server._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
    job = f"import django; django.setup(); from integrations import jobs; jobs.run_sync('{row.pk}')"
    environment = {
        **os.environ,
        "DATABASE_URL": address,
        "KRAFTER_ALLOWED_NETWORKS": "127.0.0.0/8",
        "DJANGO_SETTINGS_MODULE": "krafter_audit.settings",
    }
    return subprocess.Popen([sys.executable, "-c", job], env=environment)


def test_key_rotation_during_a_sync(
    integration: Integration, project: Project, make_task: MakeTask, github: FakeGitHub
) -> None:
    make_task()
    services.sync_now(project, "github", by=SYSTEM)
    during_request(
        github,
        "POST",
        "/issues$",
        lambda: rotate_credentials.rotate(secret_of(Integration.objects.get()), "another"),
    )

    engine.sync(integration.pk)

    assert Integration.objects.get().status == "connected"
