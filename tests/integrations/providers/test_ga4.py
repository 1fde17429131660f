"""Analytics: what is asked, how views become weights of findings, and that weighing again changes nothing."""

from collections.abc import Iterator
from typing import Any

import pytest
from pytest_django import Settings

from accounts.actors import SYSTEM
from accounts.models import Project
from accounts.services import create_organization, create_project
from events.models import Event
from findings.models import Finding
from findings.services import triage
from findings.services.ingestion import FindingReport, ingest, ingest_one
from integrations import services
from integrations import sync as engine
from integrations.models import Integration, SyncRun
from integrations.providers import ga4
from integrations.providers.base import Refused, Unavailable
from integrations.providers.ga4 import Analytics
from krafter_audit.http.client import Client
from tests.integrations.fake_github import Answer, Request
from tests.integrations.providers.far_end import FarEnd, description, serve

TOKEN = "ya29.Zm9yLXRlc3RzLW9ubHk0NzEx"
CREDENTIALS = {"token": TOKEN, "property_id": "1234"}
DATA, ADMIN = description("ga4.json"), description("ga4_admin.json")
REPORT = "properties/1234:runReport"
described = pytest.mark.skipif(
    DATA is None, reason="Analytics' description (provider-specs/ga4.json) does not lie beside this checkout"
)


class Both:
    """The descriptions of both APIs, each for its own addresses."""

    def check(self, method: str, path: str, *rest: Any) -> list[str]:
        spec = ADMIN if "accountSummaries" in path else DATA
        return list(spec.check(method, path, *rest))


class Property:
    """A small Analytics: one property with views of pages."""

    def __init__(self) -> None:
        self.views: dict[tuple[str, str], int] = {}
        self.accounts: list[list[tuple[str, str]]] = [[("1234", "Shop")]]
        self.more: dict[str, Any] = {}

    def __call__(self, request: Request) -> Answer:
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return 401, {}, {"error": {"code": 401, "status": "UNAUTHENTICATED"}}
        if request.path == "/v1beta/accountSummaries":
            place = int(request.query.get("pageToken", "0"))
            listed = [
                {"property": f"properties/{number}", "displayName": name}
                for number, name in self.accounts[place]
            ]
            token = {"nextPageToken": str(place + 1)} if place + 1 < len(self.accounts) else {}
            return 200, {}, {"accountSummaries": [{"propertySummaries": listed}], **token}
        if request.path == "/v1beta/properties/1234/metadata":
            return 200, {}, {"metrics": [{"apiName": "screenPageViews"}]}
        if request.path == f"/v1beta/{REPORT}":
            return 200, {}, self.report(request.body)
        return 404, {}, {"error": {"code": 404, "status": "NOT_FOUND"}}

    def report(self, asked: dict[str, Any]) -> dict[str, Any]:
        ordered = sorted(self.views.items(), key=lambda item: -item[1])
        start = int(asked["offset"])
        return {
            "rows": [
                {
                    "dimensionValues": [{"value": host}, {"value": path}],
                    "metricValues": [{"value": str(views)}],
                }
                for (host, path), views in ordered[start : start + int(asked["limit"])]
            ],
            "totals": [{"metricValues": [{"value": str(sum(self.views.values()))}]}],
            "rowCount": len(ordered),
            "kind": "analyticsData#runReport",
            **self.more,
        }


@pytest.fixture
def google() -> Property:
    return Property()


@pytest.fixture
def far_end(google: Property, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[FarEnd]:
    """The far end; afterwards nothing that it was asked may break Google's descriptions."""
    settings.KRAFTER_ALLOWED_NETWORKS = "127.0.0.0/8"
    with serve(google, Both() if DATA else None) as served:
        monkeypatch.setenv("KRAFTER_GA4_URL", served.url)
        yield served


def made(far_end: FarEnd, **credentials: Any) -> Analytics:
    given = {**CREDENTIALS, **credentials}
    return Analytics(Client(), given, far_end.url, sleep=lambda seconds: None)


@pytest.fixture
def adapter(far_end: FarEnd) -> Analytics:
    return made(far_end)


def test_the_views_of_a_page_are_counted_however_it_is_written(adapter: Analytics, google: Property) -> None:
    google.views = {
        ("www.example.com", "/shop/"): 30,
        ("example.com", "/shop"): 20,
        ("example.com", "/caf%C3%A9"): 5,
        ("example.com", "/"): 40,
        ("(other)", "(other)"): 5,
    }

    traffic = adapter.traffic()

    assert traffic.pages == {
        ("example.com", "/"): 40,
        ("example.com", "/shop"): 50,
        ("example.com", "/caf%C3%A9"): 5,
    }
    assert traffic.total == 100
    assert (traffic.about["source"], traffic.about["property"]) == ("ga4", "1234")


def test_pages_of_the_report_are_read_to_the_end(
    adapter: Analytics, google: Property, far_end: FarEnd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ga4, "ROWS", 2)
    google.views = {("example.com", f"/{number}"): 10 - number for number in range(5)}

    traffic = adapter.traffic()

    assert len(traffic.pages) == 5
    assert [seen.body["offset"] for seen in far_end.asked(REPORT, "POST")] == ["0", "2", "4"]


def test_a_quota_that_runs_out_leaves_the_rare_pages_unread(
    adapter: Analytics, google: Property, far_end: FarEnd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ga4, "ROWS", 2)
    google.views = {("example.com", f"/{number}"): 10 - number for number in range(5)}
    google.more = {"propertyQuota": {"tokensPerHour": {"consumed": 10}}}

    traffic = adapter.traffic()

    assert (len(traffic.pages), traffic.total) == (2, 40)
    assert adapter.notes == ["Analytics' quota of the hour is almost used up: rarely viewed pages wait."]


def test_what_analytics_holds_back_is_said(adapter: Analytics, google: Property) -> None:
    google.views = {("example.com", "/"): 1}
    google.more = {"metadata": {"subjectToThresholding": True, "samplingMetadatas": [{}]}}

    adapter.traffic()

    assert adapter.notes == [
        "Analytics holds back pages with few visitors.",
        "Analytics counted a sample of the visits.",
    ]


def test_the_only_property_is_taken_and_several_are_named(far_end: FarEnd, google: Property) -> None:
    alone = made(far_end, property_id=None)
    alone.check()
    google.accounts = [[("1234", "Shop")], [("77", "Blog")]]

    with pytest.raises(Refused, match=r"This account sees: 1234 \(Shop\), 77 \(Blog\)\."):
        made(far_end, property_id=None).check()
    assert alone.property_id == "1234"


def test_a_property_is_digits(far_end: FarEnd) -> None:
    assert made(far_end, property_id="properties/1234").property_id == "1234"
    with pytest.raises(Refused, match="must be the digits"):
        made(far_end, property_id="G-ABCDEF").check()
    assert far_end.requests == []


@described
def test_the_answers_of_the_tests_are_of_googles_form(google: Property) -> None:
    google.views = {("example.com", "/"): 1}
    google.more = {
        "metadata": {"subjectToThresholding": True},
        "propertyQuota": {"tokensPerHour": {"consumed": 10}},
    }
    form = DATA.d["components"]["schemas"]["RunReportResponse"]

    assert DATA._errs(form, google.report({"offset": "0", "limit": "10"}), "answer") == []


@pytest.mark.parametrize("answer", [{"rows": [{}]}, {"rowCount": "x"}, {"rows": 7}, [], "x"])
def test_a_report_of_another_form_is_an_outage(adapter: Analytics, far_end: FarEnd, answer: Any) -> None:
    far_end.next_answer(REPORT, 200, {}, answer)

    with pytest.raises(Unavailable, match="cannot read"):
        adapter.traffic()


@pytest.fixture
def project(db: None) -> Project:
    return create_project(create_organization("Acme"), slug="shop", site_url="https://example.com/")


def found(project: Project, title: str, *pages: str, **more: Any) -> Finding:
    assets = [{"type": "url", "value": page} for page in pages]
    sighting = FindingReport("seo", title, severity="high", affected_assets=assets, **more)
    return ingest_one(project, sighting, by=SYSTEM)[0]


@pytest.fixture
def connected(project: Project, far_end: FarEnd) -> Integration:
    return services.connect(project, "ga4", credentials=CREDENTIALS, by=SYSTEM)


def synced(row: Integration) -> SyncRun:
    services.request_sync(row.project, "ga4", by=SYSTEM)
    engine.sync(row.pk)
    row.refresh_from_db()
    run = SyncRun.objects.order_by("-started_at").first()
    assert run is not None
    assert (row.status, row.last_error) == ("connected", "")
    return run


def numbers() -> dict[str, tuple[int, int]]:
    return {finding.title: (finding.impact, finding.score) for finding in Finding.objects.order_by("title")}


def test_findings_are_weighed_by_the_traffic_of_their_pages(
    connected: Integration, project: Project, google: Property
) -> None:
    google.views = {("example.com", "/"): 75, ("example.com", "/shop"): 25, ("example.com", "/imprint"): 0}
    front = found(project, "front", "https://example.com/")
    found(project, "shop", "/shop/")
    found(project, "both", "https://www.example.com/", "https://example.com/shop")
    found(project, "rare", "https://example.com/imprint")
    found(project, "elsewhere", "https://other.example.org/")
    found(project, "nowhere")
    before = numbers()

    synced(connected)

    assert before == dict.fromkeys(("both", "elsewhere", "front", "nowhere", "rare", "shop"), (80, 58))
    assert numbers() == {
        "both": (100, 72),
        "elsewhere": (80, 58),
        "front": (95, 68),
        "nowhere": (80, 58),
        "rare": (60, 43),
        "shop": (80, 58),
    }
    was = front.updated_at
    front.refresh_from_db()
    assert front.updated_at > was
    weight = front.evidence["traffic_weight"]
    assert {name: weight[name] for name in ("source", "property", "share", "factor", "impact_without")} == {
        "source": "ga4",
        "property": "1234",
        "share": 0.75,
        "factor": 1.183,
        "impact_without": 80,
    }
    assert Event.objects.filter(name="finding.weighed").count() == 4


def test_weighing_again_changes_nothing_and_other_traffic_begins_from_the_same_number(
    connected: Integration, project: Project, google: Property
) -> None:
    found(project, "front", "https://example.com/")
    google.views = {("example.com", "/"): 50, ("example.com", "/x"): 50}
    pictures = []
    for home, other in ((50, 50), (50, 50), (50, 50), (1, 99), (50, 50)):
        google.views = {("example.com", "/"): home, ("example.com", "/x"): other}
        synced(connected)
        pictures.append((numbers()["front"], Event.objects.filter(name="finding.weighed").count()))

    assert pictures == [((88, 63), 1), ((88, 63), 1), ((88, 63), 1), ((64, 46), 2), ((88, 63), 3)]


def test_a_finding_that_comes_in_again_keeps_its_weight(
    connected: Integration, project: Project, google: Property
) -> None:
    google.views = {("example.com", "/"): 100}
    found(project, "front", "https://example.com/")
    synced(connected)
    weighed = numbers()

    again = found(project, "front", "https://example.com/", evidence={"seen": "again"})
    ingest(
        project,
        [FindingReport("seo", "front", first_severity="low", evidence={"seen": "by a scan"})],
        by=SYSTEM,
    )
    kept = numbers()
    synced(connected)

    assert weighed == kept == numbers() == {"front": (100, 72)}
    assert again.evidence["seen"] == "again"
    assert again.evidence["traffic_weight"]["impact_without"] == 80


def test_a_new_severity_is_weighed_like_the_old_one(
    connected: Integration, project: Project, google: Property
) -> None:
    google.views = {("example.com", "/"): 1, ("example.com", "/x"): 99}
    one = found(project, "one", "https://example.com/")
    found(project, "two", "https://example.com/")
    found(project, "own", "https://example.com/", priority={"impact": 40})
    synced(connected)
    before = numbers()

    triage.update(one.pk, changes={"severity": "low"}, by=SYSTEM)
    others = Finding.objects.filter(title__in=["two", "own"])
    triage.update_many(project, others, changes={"severity": "low"}, by=SYSTEM)
    after = numbers()
    synced(connected)

    assert before == {"one": (64, 46), "own": (32, 23), "two": (64, 46)}
    assert after == numbers() == {"one": (24, 6), "own": (32, 23), "two": (24, 6)}


def test_a_score_of_a_source_moves_in_proportion_and_a_finding_without_pages_gets_its_own_back(
    connected: Integration, project: Project, google: Property
) -> None:
    google.views = {("example.com", "/x"): 100}
    found(project, "own", "https://example.com/", priority={"impact": 80, "score": 20})
    synced(connected)
    weighed = numbers()
    ingest(project, [FindingReport("seo", "own", affected_assets=[])], by=SYSTEM)
    synced(connected)

    assert weighed == {"own": (60, 15)}
    assert numbers() == {"own": (80, 20)}
    assert "traffic_weight" not in Finding.objects.get().evidence


def test_weighing_moves_the_open_risk_by_what_the_scores_moved(
    connected: Integration, project: Project, google: Property
) -> None:
    from reports.queries import summary

    google.views = {("example.com", "/"): 100}
    for number in range(3):
        found(project, f"finding {number}", "https://example.com/")
    synced(connected)
    synced(connected)

    burn_down = summary(project)["risk_burn_down"]
    assert burn_down[-1]["open_risk_score"] == 3 * 72 == sum(score for _, score in numbers().values())


def test_findings_that_are_over_stay_as_they_were(
    connected: Integration, project: Project, google: Property
) -> None:
    google.views = {("example.com", "/"): 100}
    finding = found(project, "front", "https://example.com/")
    triage.update(finding.pk, changes={"status": "dismissed"}, by=SYSTEM)

    synced(connected)

    assert numbers() == {"front": (80, 58)}


def test_a_site_without_visitors_weighs_nothing(
    connected: Integration, project: Project, google: Property
) -> None:
    found(project, "front", "https://example.com/")

    run = synced(connected)

    assert numbers() == {"front": (80, 58)}
    assert run.notes == ["No page was looked at in this time, so nothing was weighed."]


def test_many_findings_are_weighed_lot_by_lot_each_once(
    connected: Integration, project: Project, google: Property, monkeypatch: pytest.MonkeyPatch
) -> None:
    from findings.services import traffic_weight

    monkeypatch.setattr(traffic_weight, "LOT", 3)
    google.views = {("example.com", "/"): 100}
    page = [{"type": "url", "value": "https://example.com/"}]
    kinds = ("security", "seo", "accessibility", "performance")
    for number in range(11):
        sighting = FindingReport(kinds[number % 4], f"f{number}", severity="low", affected_assets=page)
        ingest(project, [sighting], by=SYSTEM)

    synced(connected)

    assert set(numbers().values()) == {(38, 10)}
    assert Event.objects.filter(name="finding.weighed").count() == 11
