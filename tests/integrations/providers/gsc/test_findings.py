"""Search Console: what is asked, which pages are inspected when, and what their answers mean."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from pytest_django import Settings

from accounts.actors import SYSTEM
from accounts.models import Project
from accounts.services import create_organization, create_project
from findings.models import Finding, Regression
from integrations import services
from integrations.models import Integration, SyncRun
from integrations.providers.base import Expired, Refused, RemoteFinding, Unavailable
from integrations.providers.gsc.findings import A_DAY, SearchConsole
from integrations.providers.gsc.problems import problems
from integrations.sync import engine
from krafter_audit.http.client import Client
from tests.fakes.dialects.github import Answer, Request
from tests.fakes.server import FarEnd, description, serve

TOKEN = "ya29.Zm9yLXRlc3RzLW9ubHk0NzEx"
SITE = "https://example.com/"
CREDENTIALS = {"token": TOKEN, "site_url": SITE}
PROPERTY = "/webmasters/v3/sites/https%3A%2F%2Fexample.com%2F"
INSPECT = "/v1/urlInspection/index:inspect"
DESCRIPTION = description("gsc.json")
described = pytest.mark.skipif(
    DESCRIPTION is None,
    reason="Search Console's description (provider-specs/gsc.json) does not lie beside this checkout",
)
SOUND = {
    "verdict": "PASS",
    "coverageState": "Submitted and indexed",
    "robotsTxtState": "ALLOWED",
    "indexingState": "INDEXING_ALLOWED",
    "pageFetchState": "SUCCESSFUL",
    "lastCrawlTime": "2026-11-20T10:00:00Z",
    "crawledAs": "MOBILE",
}


def inspected(**index: Any) -> dict[str, Any]:
    return {
        "inspectionResultLink": "https://search.google.com/search-console/inspect?x=1",
        "indexStatusResult": {**SOUND, **index},
        "mobileUsabilityResult": {"verdict": "VERDICT_UNSPECIFIED"},
    }


def error(status: int, reason: str, message: str = "No.") -> Answer:
    return status, {}, {"error": {"code": status, "message": message, "errors": [{"reason": reason}]}}


class Property:
    """A small Search Console: one property, its sitemaps, what was shown, and what it knows of each page."""

    def __init__(self) -> None:
        self.sites: list[str] = [SITE]
        self.level = "SITE_OWNER"
        self.sitemaps: list[dict[str, Any]] = []
        self.shown: dict[str, int] = {}
        self.pages: dict[str, dict[str, Any]] = {}
        self.inspected: list[str] = []

    def __call__(self, request: Request) -> Answer:
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return error(401, "authError")
        if request.path == "/webmasters/v3/sites":
            return 200, {}, {"siteEntry": [{"siteUrl": s, "permissionLevel": self.level} for s in self.sites]}
        if request.path == PROPERTY:
            return 200, {}, {"siteUrl": SITE, "permissionLevel": self.level}
        if request.path == f"{PROPERTY}/sitemaps":
            return 200, {}, {"sitemap": self.sitemaps} if self.sitemaps else {}
        if request.path == f"{PROPERTY}/searchAnalytics/query":
            rows = [{"keys": [page], "impressions": float(count)} for page, count in self.shown.items()]
            start = request.body["startRow"]
            return 200, {}, {"rows": rows[start : start + request.body["rowLimit"]]}
        if request.path == INSPECT:
            page = request.body["inspectionUrl"]
            self.inspected.append(page)
            return 200, {}, {"inspectionResult": self.pages.get(page, inspected())}
        return error(404, "notFound")


@pytest.fixture
def google() -> Property:
    return Property()


@pytest.fixture
def far_end(google: Property, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[FarEnd]:
    """The far end; afterwards nothing that it was asked may break Google's description."""
    settings.KRAFTER_ALLOWED_NETWORKS = "127.0.0.0/8"
    with serve(google, DESCRIPTION) as served:
        monkeypatch.setenv("KRAFTER_GSC_URL", served.url)
        yield served


def made(far_end: FarEnd, **credentials: Any) -> SearchConsole:
    given = {**CREDENTIALS, **credentials}
    return SearchConsole(Client(), given, far_end.url, sleep=lambda seconds: None)


@pytest.fixture
def adapter(far_end: FarEnd) -> SearchConsole:
    return made(far_end)


def findings(adapter: SearchConsole) -> list[RemoteFinding]:
    return [finding for source in adapter.sources() for page in source.pages() for finding in page]


def test_a_page_that_google_could_not_fetch_is_a_finding(adapter: SearchConsole, google: Property) -> None:
    google.shown = {"https://example.com/shop": 4200}
    google.pages["https://example.com/shop"] = inspected(
        verdict="FAIL", pageFetchState="SERVER_ERROR", coverageState="Server error (5xx)"
    )

    found = findings(adapter)

    assert [(one.title, one.domain, one.severity, one.assets) for one in found] == [
        (
            "https://example.com/shop could not be fetched by Google: the server failed",
            "seo",
            "high",
            (("url", "https://example.com/shop"),),
        )
    ]
    assert found[0].evidence["seen"] == {
        "verdict": "FAIL",
        "coverageState": "Server error (5xx)",
        "robotsTxtState": "ALLOWED",
        "indexingState": "INDEXING_ALLOWED",
        "pageFetchState": "SERVER_ERROR",
    }
    assert found[0].evidence["shown"] == "1,000 times or more in four weeks"


RICH = {
    "verdict": "FAIL",
    "detectedItems": [
        {
            "richResultType": "Products",
            "items": [
                {"issues": [{"issueMessage": "Missing field 'price'", "severity": "ERROR"}]},
                {"issues": [{"issueMessage": "Missing field 'price'", "severity": "ERROR"}]},
                {"issues": [{"issueMessage": "Missing field 'brand'", "severity": "WARNING"}]},
            ],
        }
    ],
}


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        (inspected(), []),
        (inspected(robotsTxtState="DISALLOWED"), [("gsc_robots_allowed", "medium")]),
        (inspected(pageFetchState="BLOCKED_ROBOTS_TXT"), [("gsc_robots_allowed", "medium")]),
        (
            inspected(verdict="NEUTRAL", indexingState="BLOCKED_BY_META_TAG"),
            [("gsc_indexing_allowed", "medium")],
        ),
        (inspected(pageFetchState="SOFT_404"), [("gsc_page_fetched", "medium")]),
        (
            inspected(
                userCanonical="https://example.com/a",
                googleCanonical="https://example.com/b",
                verdict="NEUTRAL",
            ),
            [("gsc_canonical_agreed", "medium")],
        ),
        (inspected(userCanonical="https://example.com/a/", googleCanonical="https://example.com/a"), []),
        (inspected(verdict="FAIL", coverageState="Crawled, not indexed"), [("gsc_indexed", "high")]),
        (
            inspected(verdict="NEUTRAL", coverageState="Discovered - currently not indexed"),
            [("gsc_indexed", "low")],
        ),
        (inspected(verdict="NEUTRAL", coverageState="Page with redirect"), []),
        (inspected(verdict="NEUTRAL", coverageState="Alternate page with proper canonical tag"), []),
        (inspected(verdict="VERDICT_UNSPECIFIED"), []),
        (inspected(verdict="SOMETHING_NEW", pageFetchState="NEW", robotsTxtState="NEW"), []),
        ({**inspected(), "richResultsResult": RICH}, [("gsc_rich_results", "medium")]),
        ({"mobileUsabilityResult": {"verdict": "FAIL"}}, []),
        ({}, []),
    ],
)
def test_an_inspection_names_its_problems(result: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert [(problem.key, problem.severity) for problem in problems(result)] == expected


def test_the_same_issue_of_many_items_is_told_once() -> None:
    (problem,) = problems({**inspected(), "richResultsResult": RICH})

    assert problem.seen["issues"] == [{"type": "Products", "says": "Missing field 'price'"}]


@described
def test_the_answers_of_the_tests_are_of_googles_form() -> None:
    told = {"inspectionResult": {**inspected(userCanonical="x"), "richResultsResult": RICH}}
    forms = DESCRIPTION.d["components"]["schemas"]
    sitemap = {"path": "https://example.com/s.xml", "errors": "3", "warnings": "0", "isPending": False}

    assert DESCRIPTION._errs(forms["InspectUrlIndexResponse"], told, "answer") == []
    assert DESCRIPTION._errs(forms["SitemapsListResponse"], {"sitemap": [sitemap]}, "answer") == []


def test_sitemaps_with_errors_and_with_warnings_are_findings(
    adapter: SearchConsole, google: Property
) -> None:
    google.sitemaps = [
        {"path": "https://example.com/a.xml", "errors": "3", "warnings": "1"},
        {"path": "https://example.com/b.xml", "errors": "0", "warnings": "2"},
        {"path": "https://example.com/c.xml", "errors": "0", "warnings": "0"},
        {"path": "https://example.com/d.xml", "isPending": True, "errors": "9"},
        {"path": "https://example.com/e.xml"},
    ]

    assert [(one.title, one.severity, one.assets[0][0]) for one in findings(adapter)] == [
        ("https://example.com/a.xml has errors", "medium", "sitemap"),
        ("https://example.com/b.xml has warnings", "low", "sitemap"),
    ]


def test_pages_are_inspected_by_impressions_then_those_that_the_house_knows(
    adapter: SearchConsole, google: Property
) -> None:
    google.shown = {"https://example.com/rare": 3, "https://example.com/often": 900, "https://other.org/": 5}
    adapter.known_urls = lambda: ["https://example.com/known", "https://shop.example.com/", "https://[bad"]

    findings(adapter)

    assert google.inspected == [
        "https://example.com/often",
        "https://example.com/rare",
        "https://example.com/known",
    ]


def test_a_page_is_inspected_again_after_a_week_and_not_before(
    far_end: FarEnd, google: Property, time_machine: Any
) -> None:
    google.shown = {"https://example.com/": 10}
    memory: dict[str, Any] = {}
    began = datetime(2026, 11, 2, 12, tzinfo=UTC)
    looked = []
    for day in (0, 1, 6, 7, 8):
        time_machine.move_to(began + timedelta(days=day), tick=False)
        adapter = made(far_end)
        adapter.memory = memory
        before = len(google.inspected)
        findings(adapter)
        looked.append((day, len(google.inspected) - before))

    assert looked == [(0, 1), (1, 0), (6, 0), (7, 1), (8, 0)]


def test_the_days_quota_is_kept_and_the_rest_follows_the_next_day(
    far_end: FarEnd, google: Property, time_machine: Any
) -> None:
    google.shown = {f"https://example.com/{number}": 100 - number for number in range(5)}
    time_machine.move_to(datetime(2026, 11, 2, 12, tzinfo=UTC), tick=False)
    adapter = made(far_end)
    adapter.memory = {"day": "2026-11-02", "count": A_DAY - 2, "site": SITE, "seen": {}}
    findings(adapter)
    on_the_first_day, notes = list(google.inspected), list(adapter.notes)
    time_machine.move_to(datetime(2026, 11, 3, 12, tzinfo=UTC), tick=False)
    findings(adapter)

    assert on_the_first_day == ["https://example.com/0", "https://example.com/1"]
    assert notes == ["More pages wait to be inspected: they follow in later syncs."]
    assert google.inspected[2:] == [f"https://example.com/{number}" for number in (2, 3, 4)]
    assert "left" not in adapter.memory


def test_a_quota_that_google_says_is_used_up_ends_the_inspections_and_nothing_else(
    adapter: SearchConsole, far_end: FarEnd, google: Property
) -> None:
    google.shown = {"https://example.com/a": 2, "https://example.com/b": 1}
    far_end.next_answer("index:inspect", *error(429, "quotaExceeded"))

    assert findings(adapter) == []
    assert google.inspected == []
    assert adapter.notes == ["Google's quota of inspections is used up: the rest follows in later syncs."]


def test_one_page_that_google_refuses_does_not_keep_the_others(
    adapter: SearchConsole, far_end: FarEnd, google: Property
) -> None:
    google.shown = {"https://example.com/a": 2, "https://example.com/b": 1}
    far_end.next_answer("index:inspect", *error(400, "invalid", "Invalid URL"))

    findings(adapter)

    assert google.inspected == ["https://example.com/b"]
    assert adapter.notes == [
        "https://example.com/a was not inspected: Google Search Console refused the request for "
        "https://example.com/ (status 400: Invalid URL)."
    ]


@pytest.mark.parametrize(
    ("answer", "kind", "sentence"),
    [
        (error(401, "authError"), Expired, "does not accept the token"),
        (error(403, "forbidden"), Refused, "denies access to https://example.com/"),
        (error(403, "accessNotConfigured"), Refused, "switched off in the Google project"),
        (error(403, "insufficientPermissions"), Refused, "lacks the scope"),
        (error(404, "notFound"), Refused, "shows no https://example.com/"),
        (error(403, "quotaExceeded"), Unavailable, "lets us in again at"),
        (error(403, "rateLimitExceeded"), Unavailable, "lets us in again at"),
        ((429, {"retry-after": "30"}, {}), Unavailable, "lets us in again at"),
        ((429, {}, b"<html>"), Unavailable, "lets us in again at"),
        ((503, {}, {}), Unavailable, "status 503"),
        ((200, {}, b"{"), Unavailable, "cannot read"),
        ((200, {}, []), Unavailable, "cannot read"),
        ((403, {"Content-Type": "text/html"}, b"<html>"), Unavailable, "web page"),
    ],
)
def test_refusals_and_outages_are_told_apart(
    adapter: SearchConsole, far_end: FarEnd, answer: Answer, kind: type[Exception], sentence: str
) -> None:
    for _ in range(3):
        far_end.next_answer(PROPERTY, *answer)

    with pytest.raises(kind, match=sentence):
        adapter.check()


def test_a_pause_is_a_minute_for_a_pace_and_longer_for_a_quota(
    adapter: SearchConsole, far_end: FarEnd
) -> None:
    pauses = []
    for reason in ("rateLimitExceeded", "quotaExceeded", "dailyLimitExceeded"):
        far_end.next_answer(PROPERTY, *error(403, reason))
        with pytest.raises(Unavailable) as caught:
            adapter.check()
        assert caught.value.retry_at is not None
        pauses.append(round((caught.value.retry_at - datetime.now(UTC)) / timedelta(minutes=1)))

    assert pauses == [1, 15, 24 * 60]


def test_the_only_property_is_taken_and_several_are_named(far_end: FarEnd, google: Property) -> None:
    alone = made(far_end, site_url=None)
    alone.check()
    google.sites.append("sc-domain:example.org")
    several = made(far_end, site_url=None)

    with pytest.raises(Refused, match="This account sees: https://example.com/, sc-domain:example.org"):
        several.check()
    assert alone.site == SITE


def test_a_property_that_is_not_verified_is_refused(adapter: SearchConsole, google: Property) -> None:
    google.level = "SITE_UNVERIFIED_USER"

    with pytest.raises(Refused, match="not verified"):
        adapter.check()


@pytest.mark.django_db
def test_a_sync_brings_findings_in_and_remembers_what_was_inspected(
    far_end: FarEnd, google: Property
) -> None:
    project = create_project(create_organization("Acme"), slug="shop", site_url="https://example.com/")
    row = services.connect(project, "gsc", credentials=CREDENTIALS, by=SYSTEM)
    google.shown = {"https://example.com/a": 20}
    google.pages["https://example.com/a"] = inspected(robotsTxtState="DISALLOWED")
    pictures = []
    for _ in range(2):
        services.request_sync(project, "gsc", by=SYSTEM)
        engine.sync(row.pk)
        row.refresh_from_db()
        run = SyncRun.objects.order_by("-started_at").first()
        assert run is not None
        pictures.append((row.status, row.last_error, run.pulled, run.notes, len(google.inspected)))

    assert pictures == [("connected", "", 1, [], 2), ("connected", "", 0, [], 2)]
    assert google.inspected == ["https://example.com/a", "https://example.com/"]
    assert [(f.domain, f.title) for f in Finding.objects.all()] == [
        ("seo", "https://example.com/a is kept from Google by robots.txt")
    ]
    assert TOKEN not in str(list(Integration.objects.values())) + str(list(SyncRun.objects.values()))


@pytest.mark.django_db
def test_what_google_saw_before_the_fix_was_approved_has_not_come_back(
    far_end: FarEnd, google: Property
) -> None:
    project = create_project(create_organization("Acme"), slug="shop", site_url="https://example.com/")
    row = services.connect(project, "gsc", credentials=CREDENTIALS, by=SYSTEM)
    google.shown = {"https://example.com/a": 20}
    pictures = []
    for crawled in (timedelta(days=-3), timedelta(days=-3), timedelta(minutes=5)):
        moment = (datetime.now(UTC) + crawled).isoformat()
        google.pages["https://example.com/a"] = inspected(robotsTxtState="DISALLOWED", lastCrawlTime=moment)
        Integration.objects.update(cursor={})
        services.request_sync(project, "gsc", by=SYSTEM)
        engine.sync(row.pk)
        finding = Finding.objects.get()
        pictures.append((finding.status, Regression.objects.count()))
        Finding.objects.filter(pk=finding.pk).update(status="resolved", updated_at=datetime.now(UTC))

    assert pictures == [("new", 0), ("resolved", 0), ("in_progress", 1)]


@pytest.mark.django_db
def test_findings_are_looked_up_by_their_source_with_an_index(project_with_many: Project) -> None:
    rows = Finding.objects.filter(project=project_with_many, evidence__source__in=["gsc/x/1", "gsc/x/2"])

    plan = rows.explain()

    assert "finding_source" in plan
    assert rows.count() == 2


@pytest.fixture
def project_with_many(db: None) -> Project:
    project = create_project(create_organization("Acme"), slug="shop", site_url="https://example.com/")
    numbers = {"impact": 1, "effort": 1, "risk": 1, "score": 1, "severity": "low", "domain": "seo"}
    Finding.objects.bulk_create(
        Finding(
            project=project,
            title=f"finding {place}",
            evidence={"source": f"gsc/x/{place}"} if place < 50 else {},
            **numbers,
        )
        for place in range(1500)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE findings_finding")
    return project
