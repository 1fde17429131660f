"""Waiting syncs: first that of the organisation whose syncs have taken the least time."""

import pytest
from django.db import OperationalError

from accounts.actors import SYSTEM
from accounts.models import Project
from accounts.services import create_project
from integrations import jobs, services
from integrations.models import Integration
from integrations.sync import engine
from krafter_audit.db import redis_client
from krafter_audit.jobs import fair_queue
from tests import factories
from tests.fakes.trackers.github import FakeGitHub
from tests.unit.integrations.conftest import CREDENTIALS

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_recorded_use")]


def queue_sync(project: Project) -> Integration:
    """Connect a project to GitHub, and request a sync."""
    services.connect(project, "github", credentials=CREDENTIALS, by=SYSTEM)
    return services.sync_now(project, "github", by=SYSTEM)


def waiting_projects() -> set[str]:
    return {str(row.project.name) for row in Integration.objects.filter(status="syncing")}


def named(project: Project, name: str) -> Project:
    project.name = name
    project.save()
    return project


@pytest.mark.slow
def test_organization_with_many_waiting_syncs_delays_no_other(github: FakeGitHub) -> None:
    busy, other = factories.project(), factories.project()
    second = create_project(busy.organization, slug="second", site_url="https://example.com", name="second")
    third = create_project(busy.organization, slug="third", site_url="https://example.com", name="third")
    for project in (named(busy, "first"), second, third, named(other, "other")):
        queue_sync(project)

    order = []
    while before := waiting_projects():
        assert engine.run_next()
        order += before - waiting_projects()

    assert order == ["first", "other", "second", "third"]


def test_sync_that_another_worker_runs_is_left_out(github: FakeGitHub) -> None:
    first, second = (
        queue_sync(named(factories.project(), "first")),
        queue_sync(named(factories.project(), "second")),
    )
    leased = engine.leases.acquire(Integration, first.pk, seconds=60, status="syncing")

    runs = [engine.run_next(), engine.run_next()]

    second.refresh_from_db()
    assert (leased is not None, runs, second.status, waiting_projects()) == (
        True,
        [True, False],
        "connected",
        {"first"},
    )


@pytest.mark.slow
def test_job_runs_a_waiting_sync_and_enqueues_the_next(
    github: FakeGitHub, enqueued: list[tuple[str, ...]]
) -> None:
    rows = [queue_sync(named(factories.project(), name)) for name in ("first", "second")]
    enqueued.clear()

    for _ in range(3):
        jobs.run_sync(str(rows[1].pk))

    assert waiting_projects() == set()
    assert enqueued == [("integrations.run_sync", str(rows[1].pk))] * 2


def test_sync_without_a_database_counts_no_use(github: FakeGitHub, monkeypatch: pytest.MonkeyPatch) -> None:
    row = queue_sync(factories.project())

    def fail(*_: object) -> bool:
        raise OperationalError("gone")

    monkeypatch.setattr(engine, "_run", fail)
    with pytest.raises(OperationalError):
        engine.run_next()

    assert redis_client.connection().keys(f"{fair_queue.PREFIX}*") == []
    assert waiting_projects() == {row.project.name}
