"""Whole syncs with Google Analytics: findings are weighted by the traffic of their pages."""

from typing import Any

import pytest

from accounts.actors import SYSTEM
from accounts.models import Project
from bulk_changes import services as bulk_changes
from events.models import Event
from findings.models import Finding
from findings.services import traffic_weight, triage
from findings.services.bulk import FINDINGS
from findings.services.ingestion import FindingReport, ingest, ingest_one
from integrations.models import Integration, SyncRun
from reports.queries import summary
from tests.fakes.ga4 import FakeAnalytics
from tests.unit.integrations.conftest import run_sync


def make_finding(project: Project, title: str, *pages: str, **more: Any) -> Finding:
    assets = [{"type": "url", "value": page} for page in pages]
    report = FindingReport("seo", title, severity="high", affected_assets=assets, **more)
    return ingest_one(project, report, by=SYSTEM)[0]


def synced(integration: Integration) -> SyncRun:
    """Run a sync that succeeds, and return its run."""
    run_sync(integration)
    run = SyncRun.objects.order_by("-started_at").first()
    assert run is not None
    assert (integration.status, integration.last_error) == ("connected", "")
    return run


def impact_and_score() -> dict[str, tuple[int, int]]:
    return {finding.title: (finding.impact, finding.score) for finding in Finding.objects.order_by("title")}


def test_findings_are_weighted_by_the_traffic_of_their_pages(
    integration: Integration, project: Project, fake: FakeAnalytics
) -> None:
    fake.views = {("example.com", "/"): 75, ("example.com", "/shop"): 25, ("example.com", "/imprint"): 0}
    front = make_finding(project, "front", "https://example.com/")
    make_finding(project, "shop", "/shop/")
    make_finding(project, "both", "https://www.example.com/", "https://example.com/shop")
    make_finding(project, "rare", "https://example.com/imprint")
    make_finding(project, "elsewhere", "https://other.example.org/")
    make_finding(project, "nowhere")
    before = impact_and_score()

    synced(integration)

    assert before == dict.fromkeys(("both", "elsewhere", "front", "nowhere", "rare", "shop"), (80, 58))
    assert impact_and_score() == {
        "both": (100, 72),
        "elsewhere": (80, 58),
        "front": (95, 68),
        "nowhere": (80, 58),
        "rare": (60, 43),
        "shop": (80, 58),
    }
    updated_before = front.updated_at
    front.refresh_from_db()
    assert front.updated_at > updated_before
    weight = front.evidence["traffic_weight"]
    assert {name: weight[name] for name in ("source", "property", "share", "factor", "impact_without")} == {
        "source": "ga4",
        "property": "1234",
        "share": 0.75,
        "factor": 1.183,
        "impact_without": 80,
    }
    assert Event.objects.filter(name="finding.priority_changed").count() == 4


@pytest.mark.slow
def test_weighting_is_idempotent_and_starts_from_the_unweighted_impact(
    integration: Integration, project: Project, fake: FakeAnalytics
) -> None:
    make_finding(project, "front", "https://example.com/")
    fake.views = {("example.com", "/"): 50, ("example.com", "/x"): 50}
    results = []
    for home, other in ((50, 50), (50, 50), (50, 50), (1, 99), (50, 50)):
        fake.views = {("example.com", "/"): home, ("example.com", "/x"): other}
        synced(integration)
        results.append(
            (impact_and_score()["front"], Event.objects.filter(name="finding.priority_changed").count())
        )

    assert results == [((88, 63), 1), ((88, 63), 1), ((88, 63), 1), ((64, 46), 2), ((88, 63), 3)]


def test_finding_that_is_reported_again_keeps_its_weight(
    integration: Integration, project: Project, fake: FakeAnalytics
) -> None:
    fake.views = {("example.com", "/"): 100}
    make_finding(project, "front", "https://example.com/")
    synced(integration)
    weighted = impact_and_score()

    again = make_finding(project, "front", "https://example.com/", evidence={"seen": "again"})
    ingest(
        project,
        [FindingReport("seo", "front", first_severity="low", evidence={"seen": "by a scan"})],
        by=SYSTEM,
    )
    before = impact_and_score()
    synced(integration)

    assert weighted == before == impact_and_score() == {"front": (100, 72)}
    assert again.evidence["seen"] == "again"
    assert again.evidence["traffic_weight"]["impact_without"] == 80


def test_changed_severity_keeps_the_weight(
    integration: Integration, project: Project, fake: FakeAnalytics
) -> None:
    fake.views = {("example.com", "/"): 1, ("example.com", "/x"): 99}
    first = make_finding(project, "one", "https://example.com/")
    make_finding(project, "two", "https://example.com/")
    make_finding(project, "own", "https://example.com/", priority={"impact": 40})
    synced(integration)
    before = impact_and_score()

    triage.update(first.pk, changes={"severity": "low"}, by=SYSTEM)
    others = list(Finding.objects.filter(title__in=["two", "own"]).values_list("pk", flat=True))
    bulk_changes.change(project, FINDINGS, others, changes={"severity": "low"}, by=SYSTEM)
    after = impact_and_score()
    synced(integration)

    assert before == {"one": (64, 46), "own": (32, 23), "two": (64, 46)}
    assert after == impact_and_score() == {"one": (24, 6), "own": (32, 23), "two": (24, 6)}


def test_reported_score_is_scaled_and_restored_without_pages(
    integration: Integration, project: Project, fake: FakeAnalytics
) -> None:
    fake.views = {("example.com", "/x"): 100}
    make_finding(project, "own", "https://example.com/", priority={"impact": 80, "score": 20})
    synced(integration)
    weighted = impact_and_score()
    ingest(project, [FindingReport("seo", "own", affected_assets=[])], by=SYSTEM)
    synced(integration)

    assert weighted == {"own": (60, 15)}
    assert impact_and_score() == {"own": (80, 20)}
    assert "traffic_weight" not in Finding.objects.get().evidence


def test_weighting_changes_the_open_risk_score(
    integration: Integration, project: Project, fake: FakeAnalytics
) -> None:
    fake.views = {("example.com", "/"): 100}
    for number in range(3):
        make_finding(project, f"finding {number}", "https://example.com/")
    synced(integration)
    synced(integration)

    burn_down = summary(project)["risk_burn_down"]
    assert (
        burn_down[-1]["open_risk_score"] == 3 * 72 == sum(score for _, score in impact_and_score().values())
    )


def test_dismissed_findings_are_not_weighted(
    integration: Integration, project: Project, fake: FakeAnalytics
) -> None:
    fake.views = {("example.com", "/"): 100}
    finding = make_finding(project, "front", "https://example.com/")
    triage.update(finding.pk, changes={"status": "dismissed"}, by=SYSTEM)

    synced(integration)

    assert impact_and_score() == {"front": (80, 58)}


def test_site_without_page_views_weights_nothing(
    integration: Integration, project: Project, fake: FakeAnalytics
) -> None:
    make_finding(project, "front", "https://example.com/")

    run = synced(integration)

    assert impact_and_score() == {"front": (80, 58)}
    assert run.notes == ["There were no page views in this period, so no finding was weighted."]


@pytest.mark.slow
def test_findings_are_weighted_in_batches_each_once(
    integration: Integration, project: Project, fake: FakeAnalytics, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(traffic_weight, "BATCH_SIZE", 3)
    fake.views = {("example.com", "/"): 100}
    page = [{"type": "url", "value": "https://example.com/"}]
    kinds = ("security", "seo", "accessibility", "performance")
    for number in range(11):
        report = FindingReport(kinds[number % 4], f"f{number}", severity="low", affected_assets=page)
        ingest(project, [report], by=SYSTEM)

    synced(integration)

    assert set(impact_and_score().values()) == {(38, 10)}
    assert Event.objects.filter(name="finding.priority_changed").count() == 11
