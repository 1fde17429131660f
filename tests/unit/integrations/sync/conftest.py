"""A task whose issue was closed, and the workers that process the outbox."""

from collections.abc import Callable

import pytest

from accounts.actors import SYSTEM
from accounts.models import Project
from findings.services.ingestion import FindingReport, ingest_one
from integrations import jobs
from integrations.models import Integration
from integrations.sync import engine
from remediation.models import Task
from remediation.services import tasks
from tests.fakes.trackers.github import FakeGitHub
from tests.unit.integrations.conftest import Sync


@pytest.fixture
def task(project: Project) -> Task:
    """A task of a finding that a check verifies."""
    seen = FindingReport("security", "No policy is sent", severity="high", checks=["security_header_csp"])
    finding, _ = ingest_one(project, seen, by=SYSTEM)
    return tasks.create(project, finding_id=finding.pk, title="Send a policy", by=SYSTEM)


@pytest.fixture
def closed_task(sync: Sync, task: Task, github: FakeGitHub) -> Task:
    """A task whose issue was closed, with a running verification."""
    sync()
    github.move(1, "close")
    sync()
    return task


@pytest.fixture
def sync_events(integration: Integration) -> Callable[[], None]:
    """Let the workers process the outbox and run the requested sync."""

    def run() -> None:
        jobs.process_events()
        engine.sync(integration.pk)

    return run
