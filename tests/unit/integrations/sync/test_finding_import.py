"""A provider's findings are imported."""

import pytest
from django.db import connection

from accounts.actors import SYSTEM
from accounts.models import Project
from findings.models import Finding, Regression
from findings.services.identity import provider_key
from findings.services.ingestion import FindingReport, ingest_one
from integrations import services
from tests import factories
from tests.fakes.tracker import serve
from tests.fakes.trackers.github import FakeGitHub
from tests.unit.integrations.conftest import Sync
from tests.unit.integrations.providers.github.alerts import code_scanning_alert, dependabot_alert
from tests.unit.integrations.sync.scenario import last_run, passed_verification, state_of

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def test_alerts_are_imported_as_security_findings(sync: Sync, github: FakeGitHub, project: Project) -> None:
    github.alerts = {
        "code-scanning": [code_scanning_alert(severity="error")],
        "dependabot": [dependabot_alert()],
    }

    sync()

    found = Finding.objects.filter(project=project).order_by("title")
    assert [(f.title, f.domain, f.severity, f.status) for f in found] == [
        ("Cross-site scripting (code scanning alert 7)", "security", "high", "new"),
        ("django: Information leakage (Dependabot alert 2)", "security", "high", "new"),
    ]
    assert found[1].evidence["url"] == "https://github.com/acme/web-app/security/dependabot/2"
    assert found[1].evidence["source"] == "github/1296269/dependabot/2"
    assert found[1].affected_assets == [{"type": "file", "value": "requirements.txt"}]
    assert last_run().pulled == 2


def test_alert_of_the_same_number_on_another_server_is_another_finding(
    sync: Sync, github: FakeGitHub, project: Project
) -> None:
    github.alerts = {"dependabot": [dependabot_alert()]}
    sync()
    first = Finding.objects.get()
    server = "https://github.acme.example/api/v3"
    identity = provider_key(server, first.evidence["source"])
    Finding.objects.update(
        title="Renamed by a person", evidence={**first.evidence, "server": server}, identity=identity
    )

    sync()

    assert sorted(Finding.objects.values_list("title", "evidence__server")) == [
        ("Renamed by a person", server),
        ("django: Information leakage (Dependabot alert 2)", first.evidence["server"]),
    ]


def test_finding_of_the_same_title_at_another_server_is_another_finding(
    sync: Sync, github: FakeGitHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    github.alerts = {"dependabot": [dependabot_alert()]}
    sync()
    first = Finding.objects.get()
    with serve(FakeGitHub()) as other:
        other.alerts = {"dependabot": [dependabot_alert()]}
        monkeypatch.setenv("KRAFTER_GITHUB_URL", other.api_url)
        sync()
        sync()
        second = Finding.objects.exclude(pk=first.pk).get()
        pulled_again = last_run().pulled

    first.refresh_from_db()
    assert {row.evidence["server"] for row in (first, second)} == {github.api_url, other.api_url}
    assert first.title == "django: Information leakage (Dependabot alert 2)"
    assert second.title.startswith(first.title)
    assert (first.evidence["source"], pulled_again) == (second.evidence["source"], 0)


def test_finding_of_a_scan_with_the_same_title_is_another_finding(
    sync: Sync, github: FakeGitHub, project: Project
) -> None:
    report = FindingReport(
        "security", "django: Information leakage (Dependabot alert 2)", source_key="check:tls_version"
    )
    ingest_one(project, report, by=SYSTEM)
    github.alerts = {"dependabot": [dependabot_alert()]}

    sync()

    assert Finding.objects.count() == 2


def test_repository_in_other_case_has_the_same_findings(
    sync: Sync, github: FakeGitHub, project: Project
) -> None:
    github.alerts = {"dependabot": [dependabot_alert()]}
    sync()
    github.repository = "Acme/Web-App"
    services.connect(project, "github", credentials={"repository": github.repository}, by=SYSTEM)

    sync()

    assert Finding.objects.count() == 1


def test_renamed_repository_has_the_same_findings(sync: Sync, github: FakeGitHub, project: Project) -> None:
    github.alerts = {"dependabot": [dependabot_alert()]}
    sync()
    first = Finding.objects.get()
    github.repository = "umbrella/shop"
    services.connect(project, "github", credentials={"repository": github.repository}, by=SYSTEM)

    sync()

    assert Finding.objects.get() == first
    assert last_run().pulled == 0


def test_new_repository_of_the_same_name_has_its_own_findings(
    sync: Sync, github: FakeGitHub, project: Project
) -> None:
    github.alerts = {"dependabot": [dependabot_alert()]}
    sync()
    github.number += 1

    sync()

    assert Finding.objects.count() == 2


def test_unchanged_alert_keeps_the_severity_set_by_a_person(
    sync: Sync, github: FakeGitHub, project: Project
) -> None:
    github.alerts = {"dependabot": [dependabot_alert()]}
    sync()
    Finding.objects.filter(project=project).update(severity="low")

    sync()

    assert Finding.objects.get(project=project).severity == "low"
    assert last_run().pulled == 0


def test_open_alert_of_a_resolved_finding_is_one_regression(
    sync: Sync, github: FakeGitHub, project: Project
) -> None:
    github.alerts = {"dependabot": [dependabot_alert()]}
    sync()
    Finding.objects.filter(project=project).update(status="resolved")

    sync()
    sync()

    assert [r.trigger for r in Regression.objects.all()] == ["scan_detected"]
    assert Finding.objects.get(project=project).status == "in_progress"


@pytest.mark.parametrize("status", [403, 404])
def test_disabled_alerts_are_noted_without_an_error(sync: Sync, github: FakeGitHub, status: int) -> None:
    github.alerts = {"code-scanning": status, "dependabot": status}

    row = sync()

    assert row.status == "connected"
    assert [note.split(" are not available")[0] for note in last_run().notes] == [
        "The code scanning alerts",
        "The Dependabot alerts",
    ]


@pytest.mark.parametrize(("levels", "text"), [(100, "text\x00"), (1_000, "text"), (1_500, "text")])
def test_alert_that_is_nested_deeply_is_truncated_and_the_others_are_imported(
    sync: Sync, github: FakeGitHub, project: Project, levels: int, text: str
) -> None:
    location: object = {"path": "app.js"}
    for _ in range(levels):
        location = {"inner": location}
    deep = code_scanning_alert(description=text) | {"most_recent_instance": {"location": location}}
    github.alerts = {"code-scanning": [deep, code_scanning_alert() | {"number": 8}]}

    row = sync()
    pulled, notes = last_run().pulled, last_run().notes
    sync()

    assert (row.status, pulled, last_run().pulled) == ("connected", 2, 0)
    assert notes[0] == "The evidence of text (code scanning alert 7) was truncated: location."
    assert Finding.objects.get(title__endswith="7)").evidence["truncated"] == ["location"]


def test_texts_of_an_alert_are_as_long_as_those_of_a_report(sync: Sync, github: FakeGitHub) -> None:
    alert = dependabot_alert(dependency={"manifest_path": "m" * 3_000})
    alert["security_advisory"]["description"] = "d" * 30_000
    alert["security_advisory"]["ghsa_id"] = "g" * 300_000
    github.alerts = {"dependabot": [alert]}

    sync()

    finding = Finding.objects.get()
    assert (len(finding.description), len(finding.affected_assets[0]["value"])) == (20_000, 2_000)
    assert finding.evidence["advisory"] == "g" * 200 + "…"


def test_findings_are_found_by_source_with_an_index(project_with_many: Project) -> None:
    rows = Finding.objects.filter(project=project_with_many, evidence__source__in=["gsc/x/1", "gsc/x/2"])

    plan = rows.explain()

    assert "finding_source" in plan
    assert rows.count() == 2


@pytest.fixture
def project_with_many(database_owner: None) -> Project:
    project = factories.project()
    numbers = {"impact": 1, "effort": 1, "risk": 1, "score": 1, "severity": "low", "domain": "seo"}
    Finding.objects.bulk_create(
        Finding(
            project=project,
            title=f"finding {index}",
            evidence={"source": f"gsc/x/{index}"} if index < 50 else {},
            **numbers,
        )
        for index in range(1500)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE findings_finding")
    return project


def test_open_alert_contradicts_a_verification_that_began_before_the_sync(
    sync: Sync, github: FakeGitHub
) -> None:
    github.alerts = {"dependabot": [dependabot_alert()]}
    sync()
    verification = passed_verification()
    before = state_of(verification)

    sync()

    assert (before, state_of(verification), last_run().pulled) == ("ready", "blocked", 0)
    assert state_of(passed_verification()) == "ready"
