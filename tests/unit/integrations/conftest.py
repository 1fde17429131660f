"""A GitHub on loopback, and a project that is connected to it."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client as TestClient
from pytest_django import Settings

from accounts import api_keys
from accounts.actors import SYSTEM
from accounts.models import Membership, Project, Scope
from accounts.services import create_user
from findings.services.ingestion import FindingReport, ingest_one
from integrations import services
from integrations.models import Integration
from integrations.providers.base import Provider
from integrations.sync import engine
from integrations.webhooks.services import enable
from krafter_audit.http.client import Client
from remediation.models import Task
from remediation.services import tasks
from tests import factories
from tests.fakes.tracker import FakeTracker, serve
from tests.fakes.trackers import DIALECTS
from tests.fakes.trackers.github import FakeGitHub
from tests.unit.integrations.webhooks.senders import SECRET

MakeTask = Callable[..., Task]
Sync = Callable[[], Integration]
Call = Callable[..., Any]
CREDENTIALS = FakeGitHub.credentials


@pytest.fixture(autouse=True)
def _no_pause_between_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    """Requests are retried without a pause."""
    monkeypatch.setitem(Provider.__init__.__kwdefaults__, "sleep", lambda seconds: None)


@pytest.fixture
def loopback(settings: Settings) -> None:
    """Allow requests to loopback."""
    settings.KRAFTER_ALLOWED_NETWORKS = "127.0.0.0/8"


@pytest.fixture
def github(loopback: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeGitHub]:
    """Start a fake GitHub, to whose URL the settings of this test point."""
    with serve(FakeGitHub()) as fake:
        monkeypatch.setenv("KRAFTER_GITHUB_URL", fake.api_url)
        monkeypatch.setenv("KRAFTER_GITHUB_TOKEN_URL", f"{fake.url}{fake.token_path}")
        yield fake


@pytest.fixture
def http_client(loopback: None) -> Iterator[Client]:
    """Return the HTTP client of the product, which may connect to loopback."""
    with Client() as client:
        yield client


@pytest.fixture
def project(db: None) -> Project:
    """A project of a new organisation."""
    return factories.project()


@pytest.fixture
def make_task(project: Project) -> MakeTask:
    """Create tasks of findings that no automatic check verifies."""

    def make(title: str = "Send a Content-Security-Policy", **fields: Any) -> Task:
        fix = {"summary": "Name a default.", "steps": ["Add the header."], "references": []}
        report = FindingReport("security", f"Finding of {title}", severity="high", recommended_fix=fix)
        finding, _ = ingest_one(project, report, by=SYSTEM)
        return tasks.create(project, finding_id=finding.pk, title=title, by=SYSTEM, **fields)

    return make


@pytest.fixture
def integration(project: Project, github: FakeGitHub) -> Integration:
    """Connect the project to GitHub."""
    return services.connect(project, "github", credentials=CREDENTIALS, by=SYSTEM)


@pytest.fixture
def github_integration(integration: Integration) -> Integration:
    """Enable a webhook of the connection to GitHub."""
    enable(integration.project, "github", secret=SECRET, by=SYSTEM)
    return integration


@pytest.fixture
def sync(integration: Integration) -> Sync:
    """Run a sync of GitHub."""
    return lambda: run_sync(integration)


def run_sync(integration: Integration) -> Integration:
    """Start a sync and let a worker run it."""
    services.sync_now(integration.project, integration.provider, by=SYSTEM)
    engine.sync(integration.pk)
    integration.refresh_from_db()
    return integration


@pytest.fixture(params=sorted(DIALECTS))
def tracker(
    request: pytest.FixtureRequest, loopback: None, monkeypatch: pytest.MonkeyPatch
) -> Iterator[FakeTracker]:
    """Each of the four trackers in turn."""
    with serve(DIALECTS[request.param]()) as fake:
        monkeypatch.setenv(f"KRAFTER_{request.param.upper()}_URL", fake.api_url)
        yield fake


def connect_by_code(project: Project, provider: str, **fields: str) -> Integration:
    """Exchange an OAuth code and connect, as a request does."""
    credentials = services.exchange_code(project, provider, **fields)
    return services.connect(project, provider, credentials=credentials, by=SYSTEM)


@pytest.fixture
def call(project: Project) -> Call:
    """Call an address below `audit/` with a key that may do everything."""
    user = create_user("owner@acme.example", organization=project.organization, role=Membership.Role.OWNER)
    _, key = api_keys.issue(project.organization, user=user, name="tests", scopes=[Scope.ALL])
    base = f"/api/v1/orgs/{project.organization_id}/projects/{project.slug}/audit/"

    def send(method: str, path: str, body: Any = None, **headers: str) -> Any:
        sent = "" if body is None else json.dumps(body)
        kind = "application/octet-stream" if body is None else "application/json"
        return TestClient(raise_request_exception=False).generic(
            method, base + path, sent, kind, headers={"authorization": f"Bearer {key}", **headers}
        )

    return send
