"""What happens at the same time: real transactions and threads, on PostgreSQL."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

from accounts.actors import SYSTEM
from accounts.models import Project
from integrations import services
from integrations import sync as engine
from integrations.models import Integration, SyncRun
from tests.integrations.conftest import CREDENTIALS, MakeTask
from tests.integrations.fake_github import FakeGitHub

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """Run the calls in threads of their own, each with its own connection."""

    def run(call: Callable[[], Any]) -> Any:
        try:
            return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def meanwhile(github: FakeGitHub, method: str, path: str, call: Callable[[], Any]) -> None:
    """While a request is at GitHub, do something here; then GitHub answers as it would have."""

    def answer() -> Any:
        try:
            call()
        finally:
            connection.close()
        return github._route(github.requests[-1])

    github.next_answer(method, path, answer)


def test_first_connects_at_once_make_one_row(project: Project) -> None:
    connects = [
        lambda n=n: services.connect(project, "github", credentials={"token": f"t{n}"}, by=SYSTEM)
        for n in range(6)
    ]

    rows = at_once(*connects)

    assert len({row.pk for row in rows}) == 1
    assert Integration.objects.get().generation == 6


def test_syncs_asked_for_at_once_and_carried_out_by_many_workers_make_one_issue_a_task(
    integration: Integration, project: Project, make_task: MakeTask, github: FakeGitHub
) -> None:
    for number in range(5):
        make_task(f"Task {number}")

    at_once(*[lambda: services.request_sync(project, "github", by=SYSTEM)] * 4)
    at_once(*[lambda: engine.sync(integration.pk)] * 4)

    assert sorted(issue["title"] for issue in github.issues.values()) == [f"Task {n}" for n in range(5)]
    assert SyncRun.objects.count() == 1
    assert Integration.objects.get().status == "connected"


def test_a_disconnect_in_the_middle_stops_the_sync_and_stays(
    integration: Integration, project: Project, make_task: MakeTask, github: FakeGitHub
) -> None:
    make_task("One")
    make_task("Two")
    services.request_sync(project, "github", by=SYSTEM)
    meanwhile(github, "POST", "/issues$", lambda: services.disconnect(project, "github", by=SYSTEM))

    engine.sync(integration.pk)

    integration.refresh_from_db()
    assert (integration.status, integration.credentials, integration.lease_until) == (
        "disconnected",
        None,
        None,
    )
    assert len(github.issues) == 1
    assert SyncRun.objects.get().outcome == "interrupted"


def test_new_credentials_in_the_middle_stop_the_sync_that_works_with_the_old_ones(
    integration: Integration, project: Project, make_task: MakeTask, github: FakeGitHub
) -> None:
    make_task("One")
    make_task("Two")

    def reconnect() -> None:
        services.connect(project, "github", credentials=CREDENTIALS, by=SYSTEM)
        services.request_sync(project, "github", by=SYSTEM)

    services.request_sync(project, "github", by=SYSTEM)
    meanwhile(github, "POST", "/issues$", reconnect)
    engine.sync(integration.pk)
    stopped = (Integration.objects.get().status, len(github.issues))
    engine.sync(integration.pk)

    assert stopped == ("syncing", 1)
    assert [issue["title"] for issue in github.issues.values()] == ["One", "Two"]
    assert Integration.objects.get().status == "connected"


def test_no_transaction_is_open_while_github_is_asked(
    integration: Integration, project: Project, make_task: MakeTask, github: FakeGitHub
) -> None:
    make_task()
    services.request_sync(project, "github", by=SYSTEM)
    found: list[int] = []

    def look() -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND pid <> pg_backend_pid() AND xact_start IS NOT NULL"
            )
            found.append(cursor.fetchone()[0])

    for method, path in (("GET", "/web-app$"), ("GET", "/dependabot/alerts$"), ("POST", "/issues$")):
        meanwhile(github, method, path, look)
    engine.sync(integration.pk)

    assert found == [0, 0, 0]


def test_a_rotation_while_a_sync_runs_disturbs_neither(
    integration: Integration, project: Project, make_task: MakeTask, github: FakeGitHub
) -> None:
    from integrations.management.commands import rotate_credentials

    make_task()
    services.request_sync(project, "github", by=SYSTEM)
    meanwhile(
        github, "POST", "/issues$", lambda: rotate_credentials.rotate(Integration.objects.get(), "another")
    )

    engine.sync(integration.pk)

    assert Integration.objects.get().status == "connected"
