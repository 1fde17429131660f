"""Whole syncs with GitLab, and its sign-in."""

from datetime import UTC, datetime
from typing import Any

import pytest

from accounts.actors import SYSTEM
from accounts.models import Project
from campaigns import services as campaigns
from findings.models import Finding
from integrations import credentials as secrets
from integrations import services
from integrations.models import Integration, SyncConflict, TicketLink
from integrations.sync import engine
from remediation.models import Task
from remediation.services import tasks
from tests.fakes.tracker import serve
from tests.fakes.trackers.gitlab import PROJECT, FakeGitLab
from tests.unit.integrations.conftest import MakeTask, Sync, connect_by_code
from tests.unit.integrations.providers.gitlab.vulnerabilities import vulnerability
from tests.unit.integrations.sync.scenario import last_run

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
CREDENTIALS = FakeGitLab.credentials
KEY = f"{PROJECT}#1"


def test_sync_creates_one_confidential_issue_and_stores_its_key(
    sync: Sync, make_task: MakeTask, gitlab: FakeGitLab
) -> None:
    task = make_task()

    assert (sync().status, sync().status) == ("connected", "connected")

    task.refresh_from_db()
    assert list(gitlab.issues) == [1]
    assert gitlab.issues[1]["confidential"] is True
    assert task.external_ticket_key == KEY
    assert (last_run().pushed, last_run().pulled, last_run().refusals) == (0, 0, [])
    assert last_run().notes == [
        f"The vulnerability findings are not available: GitLab denies access to {PROJECT}/"
        "vulnerability_findings: the token lacks a permission or the scope api."
    ]


@pytest.mark.parametrize("scope", Integration.SyncScope.values)
def test_issues_of_the_same_number_on_another_server_are_not_touched(
    sync: Sync, make_task: MakeTask, gitlab: FakeGitLab, scope: str
) -> None:
    task = make_task()
    integration = sync()
    with serve(FakeGitLab()) as other:
        other.create({"title": "An issue of another project", "description": "", "labels": ""})
        moved = {**CREDENTIALS, "base_url": other.url}
        services.disconnect(integration.project, "gitlab", by=SYSTEM)
        services.connect(integration.project, "gitlab", credentials=moved, by=SYSTEM)
        before = dict(other.issues[1])
        tasks.update(task.pk, changes={"status": "blocked", "title": "Another"}, by=SYSTEM)

        services.request_sync(Integration.objects.get(), scope=scope)
        engine.sync(integration.pk)

        assert (other.issues[1], sorted(other.issues)) == (before, [1, 2])
        assert TicketLink.objects.get().key == f"{PROJECT}#2"


def test_issue_keeps_both_labels_of_a_task_in_campaigns_whose_names_are_scoped_labels(
    sync: Sync, make_task: MakeTask, gitlab: FakeGitLab
) -> None:
    task = make_task()
    for name in ("team::a", "team::b"):
        campaigns.create(task.project, name=name, task_ids=[task.pk], by=SYSTEM)
    seen = []
    for status in ("backlog", "in_progress", "blocked"):
        tasks.update(task.pk, changes={"status": status}, by=SYSTEM)
        sync()
        seen.append([label for label in gitlab.issues[1]["labels"] if "campaign" in label])
    gitlab.requests.clear()

    sync()

    assert seen == [["krafter-campaign:team:a", "krafter-campaign:team:b"]] * 3
    assert (gitlab.received("PUT"), SyncConflict.objects.count()) == ([], 0)


def test_task_changes_are_pushed_and_their_echo_is_ignored(
    sync: Sync, make_task: MakeTask, gitlab: FakeGitLab
) -> None:
    task = make_task()
    sync()

    due = datetime(2026, 12, 24, 9, 0, tzinfo=UTC)
    Task.objects.filter(pk=task.pk).update(sla_due_at=due)
    changes = {"title": "Send a stricter policy", "priority": "low", "status": "in_progress"}
    tasks.update(task.pk, changes=changes, by=SYSTEM)
    sync()
    sync()

    issue = gitlab.issues[1]
    assert issue["title"] == "Send a stricter policy"
    assert issue["labels"] == ["krafter:in_progress", "priority:low"]
    assert issue["due_date"] == "2026-12-24"
    assert (last_run().pushed, last_run().pulled) == (0, 0)
    assert len(gitlab.received("PUT")) == 1


def test_vulnerabilities_are_imported_once(sync: Sync, project: Project, gitlab: FakeGitLab) -> None:
    gitlab.findings = [
        vulnerability(),
        vulnerability(uuid="c2", name="Leaked key", report_type="secret_detection"),
    ]

    sync()
    first = last_run().pulled
    sync()

    assert (first, last_run().pulled, last_run().notes) == (2, 0, [])
    assert list(Finding.objects.order_by("title").values_list("title", "severity")) == [
        ("Authentication bypass in saml2-js (dependency scanning finding b29ed5a1)", "critical"),
        ("Leaked key (secret detection finding c2)", "critical"),
    ]


@pytest.fixture
def oauth_client(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KRAFTER_GITLAB_CLIENT_ID", "id-of-ours")
    monkeypatch.setenv("KRAFTER_GITLAB_CLIENT_SECRET", "client-secret")


def tokens(number: int) -> dict[str, Any]:
    return {"access_token": f"access-{number}", "refresh_token": f"refresh-{number}", "expires_in": 7200}


def test_token_refresh_repeats_the_redirect_uri_and_stores_the_new_pair(
    project: Project, gitlab: FakeGitLab, oauth_client: None
) -> None:
    services.connect(
        project, "gitlab", credentials={**CREDENTIALS, "base_url": "https://x.example"}, by=SYSTEM
    )
    gitlab.token_answers = [(200, {}, tokens(1)), (200, {}, tokens(2))]
    back = "https://app.example/back"
    row = connect_by_code(project, "gitlab", auth_code="code-1", redirect_uri=back, code_verifier="v" * 43)
    opened = secrets.open_credentials(row)
    row.credentials = secrets.seal(row, {**opened, "refresh_at": "2020-01-01T00:00:00+00:00"})
    row.save()
    gitlab.token = "access-2"

    services.sync_now(project, "gitlab", by=SYSTEM)
    engine.sync(row.pk)

    row.refresh_from_db()
    stored = secrets.open_credentials(row)
    assert row.status == "connected"
    assert gitlab.token_requests[1] == {
        "grant_type": "refresh_token",
        "refresh_token": "refresh-1",
        "redirect_uri": back,
        "client_id": "id-of-ours",
        "client_secret": "client-secret",
    }
    assert (stored["token"], stored["refresh_token"], stored["project"]) == ("access-2", "refresh-2", PROJECT)
    assert "base_url" not in stored


def test_project_connected_by_its_path_and_then_by_its_number_has_the_same_findings_and_tickets(
    sync: Sync, make_task: MakeTask, gitlab: FakeGitLab, project: Project
) -> None:
    make_task()
    gitlab.findings = [vulnerability()]
    sync()
    first = Finding.objects.get(domain="security", identity__isnull=False)
    services.connect(project, "gitlab", credentials={"project": str(gitlab.number)}, by=SYSTEM)

    sync()

    assert Finding.objects.get(domain="security", identity__isnull=False) == first
    assert list(gitlab.issues) == [1]
