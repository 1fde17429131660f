"""A scan checks page after page, shows its progress, and resumes after a worker crash."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.actors import SYSTEM
from accounts.models import QuotaMonth
from events.models import Event
from findings.models import Finding
from krafter_audit import shutdown
from scanner import registry
from scanner.crawler import Discovery
from scans import jobs
from scans.models import Scan, Scanner, ScanPage, ScanPart, ScanResult
from scans.site_credentials.services import set_credentials
from scans.worker import (
    finalization,
    page_checks,
    page_leases,
    page_runner,
    persistence,
    scan_session,
)
from scans.worker.page_leases import WorkerKind
from tests import factories
from tests.factories import Scenario
from tests.failing_rows import refuse
from tests.fakes.faulty_site import GOOD_PAGE, FaultySite
from tests.processes import Killed

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
BY_HTTP = {"security_header_csp", "text_compression", "cookies_httponly"}
BY_BROWSER = {"a11y_html_has_lang", "dom_size"}


@pytest.fixture
def scenario(db: None, site: FaultySite) -> Scenario:
    scenario = factories.scenario(site_url=site.url)
    run_only(scenario, BY_HTTP)
    return scenario


def run_only(scenario: Scenario, keys: set[str]) -> None:
    """Disable all checks but these."""
    off = {key: {"enabled": False} for key in set(registry.keys()) - keys}
    scenario.client.call("put", "policies/current", {"config": {"checks": off}})


def add_pages(site: FaultySite, count: int) -> None:
    """Link pages from the start page, so that the site has this many with it."""
    links = [f"/page-{number}" for number in range(1, count)]
    site.pages = dict.fromkeys(links, GOOD_PAGE)
    site.body = GOOD_PAGE.replace("Good things.", "".join(f'<a href="{link}">A page</a>' for link in links))


def queue_scan(scenario: Scenario, **body: Any) -> Scan:
    return Scan.objects.get(pk=scenario.client.call("post", "scans/run", body).json()["data"]["id"])


def kill_worker_at(
    patch: pytest.MonkeyPatch, module: Any, name: str, *, call: int, after: bool = False
) -> None:
    """Kill the worker at the `call`th call of a function, before or after it runs."""
    original, calls = getattr(module, name), []

    def die(*args: Any, **kwargs: Any) -> Any:
        calls.append(name)
        if len(calls) != call:
            return original(*args, **kwargs)
        if after:
            original(*args, **kwargs)
        raise Killed

    patch.setattr(module, name, die)


def run_until_killed(scan: Scan) -> None:
    """Run the scan's job until the worker is killed, and expire its leases."""
    with pytest.raises(Killed):
        jobs.run_scan(str(scan.pk))
    expire_leases()


def expire_leases() -> None:
    for model in (Scan, ScanPart, ScanPage):
        model.objects.filter(lease_until__isnull=False).update(lease_until=timezone.now())


def scan_state(scan: Scan) -> dict[str, Any]:
    scan.refresh_from_db()
    finding = Finding.objects.get(check_keys=["security_header_csp"])
    return {
        "status": scan.status,
        "progress": scan.summary["progress"]["http"],
        "results": ScanResult.objects.filter(scan=scan).count(),
        "findings": [Finding.objects.count(), scan.summary["findings_created"]],
        "pages of the finding": len(finding.affected_assets),
        "events": list(
            Event.objects.filter(subject_id=scan.pk).order_by("id").values_list("name", flat=True)
        ),
        "spent": QuotaMonth.objects.get().spent,
    }


COMPLETED_SCAN = {
    "status": "completed",
    "progress": {"pages_found": 3, "pages_done": 3, "findings": 1, "measuring": []},
    "results": 9,
    "findings": [1, 1],
    "pages of the finding": 3,
    "events": ["scan.queued", "scan.completed"],
    "spent": 1,
}


def test_pages_and_results_are_stored_and_listed(scenario: Scenario, site: FaultySite):
    add_pages(site, 3)
    scan = queue_scan(scenario)

    jobs.run_scan(str(scan.pk))

    assert scan_state(scan) == COMPLETED_SCAN
    pages = scenario.client.call("get", f"scans/{scan.pk}/pages").json()
    first = pages["data"][0]
    assert [page["route"] for page in pages["data"]] == ["", "page-1", "page-2"]
    assert (first["url"], first["outcomes"]["failed"], pages["meta"]["total"]) == (site.url, 1, 3)
    shown = scenario.client.call("get", f"scans/{scan.pk}/results?outcome=failed&limit=2").json()
    assert [row["key"] for row in shown["data"]] == ["security_header_csp"] * 2
    assert shown["meta"]["total"] == 3
    rest = scenario.client.call(
        "get", f"scans/{scan.pk}/results?outcome=failed&limit=2&cursor={shown['meta']['next_cursor']}"
    )
    row = rest.json()["data"][0]
    assert {result["url"] for result in (*shown["data"], row)} == {page["url"] for page in pages["data"]}
    assert list(row) == [
        "url", "route", "scanner", "key", "version", "outcome", "reason", "value", "samples", "unit", "threshold",
        "evidence", "tools", "profile", "duration_ms", "seen_at",
    ]  # fmt: skip
    assert (row["scanner"], list(row["tools"])) == ("http", ["krafter"])
    assert row["evidence"]["identity"]["title"] == "A shop of good things"


def test_unknown_filter_of_results_is_rejected(scenario: Scenario):
    scan = queue_scan(scenario)

    refused = [
        scenario.client.call("get", f"scans/{scan.pk}/results?{query}").json()["error"]["details"]
        for query in ("outcome=good", "page=1", "cursor=x", "key=security_header_cps")
    ]

    assert [list(details) for details in refused] == [["outcome"], ["page"], ["cursor"], ["key"]]
    assert "Did you mean security_header_csp" in refused[-1]["key"][0]


def test_results_of_a_removed_check_are_filtered_by_its_key(scenario: Scenario, site: FaultySite):
    add_pages(site, 2)
    scan = queue_scan(scenario)
    jobs.run_scan(str(scan.pk))
    ScanResult.objects.filter(key="security_header_csp").update(key="removed_check")

    def total(query: str) -> int:
        return scenario.client.call("get", f"scans/{scan.pk}/results?{query}").json()["meta"]["total"]

    assert (total("key=removed_check"), total("key=removed_check&outcome=passed")) == (2, 0)
    assert total("key=security_header_csp") == 0


@pytest.mark.parametrize(
    ("module", "name", "call", "after"),
    [
        (page_runner, "start_scan", 1, True),
        (scan_session.crawler, "discover", 1, True),
        (persistence, "save_discovery", 1, False),
        (persistence, "save_discovery", 1, True),
        (page_leases, "_write_leases", 1, True),
        (page_checks, "run_checks", 1, True),
        (persistence, "save_results", 1, True),
        (page_checks, "run_checks", 2, False),
        (persistence, "save_results", 3, False),
        (persistence, "save_results", 3, True),
        (persistence, "update_summary", 2, True),
        (finalization, "ingest", 1, False),
        (finalization, "ingest", 1, True),
        (finalization, "ingest", 2, True),
        (finalization, "log_event", 1, True),
        (finalization, "finish_part", 1, False),
    ],
)
def test_scan_resumes_after_a_worker_crash_without_duplicates(
    scenario: Scenario,
    site: FaultySite,
    monkeypatch: pytest.MonkeyPatch,
    module: Any,
    name: str,
    call: int,
    after: bool,
):
    add_pages(site, 3)
    scan = queue_scan(scenario)
    with monkeypatch.context() as patch:
        kill_worker_at(patch, module, name, call=call, after=after)
        run_until_killed(scan)
        done = set(ScanPage.objects.exclude(checked_at=None).values_list("url", flat=True))
        site.hits.clear()

    jobs.run_scan(str(scan.pk))
    jobs.run_scan(str(scan.pk))

    again = {page.url for page in ScanPage.objects.all()} & {
        site.url[:-1] + hit.split()[1] for hit in site.hits
    }
    assert scan_state(scan) == COMPLETED_SCAN
    assert again & done <= {site.url}  # the start page may be requested once more: other pages depend on it


def test_progress_has_the_pages_findings_and_the_pages_being_checked(
    scenario: Scenario, site: FaultySite, monkeypatch: pytest.MonkeyPatch
):
    add_pages(site, 4)
    scan = queue_scan(scenario)
    kill_worker_at(monkeypatch, persistence, "save_results", call=2, after=True)
    run_until_killed(scan)
    held = ScanPage.objects.filter(pending=True).order_by("url")
    held.update(lease_until=timezone.now() + timedelta(seconds=30))  # as while they are measured

    persistence.update_summary(scan.pk)
    shown = scenario.client.call("get", f"scans/{scan.pk}").json()["data"]

    assert (shown["status"], shown["summary"]) == (
        "running",
        {
            "progress": {
                "http": {
                    "pages_found": 4,
                    "pages_done": 2,
                    "findings": 1,
                    "measuring": [page.url for page in held],
                }
            },
            "findings_created": 1,
            "findings_updated": 0,
            "regressions": 0,
            "regressions_suspected": 0,
        },
    )
    assert len(held) == 2


def test_page_that_crashes_every_worker_is_skipped_and_the_others_are_checked(
    scenario: Scenario, site: FaultySite, monkeypatch: pytest.MonkeyPatch
):
    add_pages(site, 3)
    scan = queue_scan(scenario)
    run_checks = page_checks.run_checks

    def die_at_page_1(facts: Any, *args: Any, **kwargs: Any) -> Any:
        if facts.url.endswith("page-1"):
            raise Killed
        return run_checks(facts, *args, **kwargs)

    monkeypatch.setattr(page_checks, "run_checks", die_at_page_1)
    for _ in range(page_leases.MAX_ATTEMPTS):
        run_until_killed(scan)

    jobs.run_scan(str(scan.pk))

    reasons = ScanResult.objects.filter(scan=scan).order_by("id").values_list("page__position", "reason")
    assert scan_state(scan)["status"] == "completed"
    assert [reason for position, reason in reasons if position == 1] == ["not_available"] * 3
    assert {reason for position, reason in reasons if position != 1} == {""}


def test_scan_fails_when_every_worker_crashes_during_discovery(
    scenario: Scenario, monkeypatch: pytest.MonkeyPatch
):
    scan = queue_scan(scenario)
    with monkeypatch.context() as patch:
        for _ in range(page_leases.MAX_ATTEMPTS):
            kill_worker_at(patch, scan_session.crawler, "discover", call=1)
            run_until_killed(scan)

    jobs.run_scan(str(scan.pk))

    scan.refresh_from_db()
    assert (scan.status, scan.summary["error"]) == ("failed", "No check had a result.")
    assert QuotaMonth.objects.get().spent == 0


def test_time_limit_of_a_scan_is_noted_in_its_summary(
    scenario: Scenario, site: FaultySite, monkeypatch: pytest.MonkeyPatch
):
    add_pages(site, 8)
    scan = queue_scan(scenario)
    monkeypatch.setitem(page_leases.MAX_PART_SECONDS, Scanner.HTTP, 0.001)

    jobs.run_scan(str(scan.pk))

    scan.refresh_from_db()
    done = page_runner.MAX_CONCURRENT_PAGES["http"]  # those that were started side by side
    assert scan.status == "completed"
    assert (scan.summary["pages"], scan.summary["progress"]["http"]["pages_done"]) == (done, done)
    assert scan.summary["notes"] == [
        f"{8 - done} of 8 pages were not checked (HTTP): the time limit was reached."
    ]


def test_requested_page_is_checked_despite_robots_txt(scenario: Scenario, site: FaultySite):
    site.pages = {"/robots.txt": "User-agent: *\nDisallow: /", "/closed": GOOD_PAGE}
    site.body = GOOD_PAGE.replace("Good things.", '<a href="/closed">Closed</a>')
    scan = queue_scan(scenario)

    jobs.run_scan(str(scan.pk))

    note = "robots.txt disallows this page; it was checked because it was requested explicitly."
    assert [(page.url, page.note) for page in ScanPage.objects.all()] == [(site.url, note)]
    assert Finding.objects.get().evidence["pages"][0]["outcome"]["evidence"]["note"] == note


def test_each_further_page_costs_at_most_18_queries(scenario: Scenario, site: FaultySite):
    counts = []
    for pages in (1, 1, 4):  # after the first scan the finding exists
        add_pages(site, pages)
        scan = queue_scan(scenario)
        with CaptureQueriesContext(connection) as captured:
            jobs.run_scan(str(scan.pk))
        counts.append(len(captured))

    per_page = (counts[2] - counts[1]) / 3
    # the work chosen and leased, the page and its results stored, the part read, the scan's summary saved
    assert per_page <= 18


def test_browser_checks_are_a_separate_part_and_the_last_part_finishes_the_scan(
    scenario: Scenario, site: FaultySite
):
    add_pages(site, 2)
    run_only(scenario, BY_HTTP | BY_BROWSER)
    scan = queue_scan(scenario)

    jobs.run_scan(str(scan.pk))
    scan.refresh_from_db()
    between = (scan.status, scan.summary["progress"], Finding.objects.count())
    jobs.run_scan(str(scan.pk), "browser")

    scan.refresh_from_db()
    both = {"pages_found": 2, "pages_done": 2, "findings": 0, "measuring": []}
    by_http = both | {"findings": 1}
    assert between == ("running", {"http": by_http, "browser": both | {"pages_done": 0}}, 1)
    assert (scan.status, scan.summary["progress"]) == ("completed", {"http": by_http, "browser": both})
    assert (scan.summary["pages"], scan.summary["checks"], scan.summary["findings_created"]) == (2, 5, 1)
    [note] = scan.summary["notes"]
    assert note == (
        "4 browser checks could not run: No browser is available: it is not installed, or no worker that has one is"
        " running."
    )
    assert [page["scanner"] for page in scenario.client.call("get", f"scans/{scan.pk}/pages").json()["data"]] == [
        "http", "http", "browser", "browser",
    ]  # fmt: skip


def test_browser_part_can_finish_first(scenario: Scenario, site: FaultySite, monkeypatch: pytest.MonkeyPatch):
    run_only(scenario, BY_HTTP | BY_BROWSER)
    scan = queue_scan(scenario)
    with monkeypatch.context() as patch:
        kill_worker_at(patch, persistence, "save_results", call=1)
        with pytest.raises(Killed):
            jobs.run_scan(str(scan.pk))

    jobs.run_scan(str(scan.pk), "browser")  # while the lease of the killed worker lasts
    scan.refresh_from_db()
    between = (scan.status, scan.summary["progress"]["browser"]["pages_done"])
    expire_leases()
    jobs.run_scan(str(scan.pk))

    scan.refresh_from_db()
    assert (between, scan.status, scan.summary["findings_created"]) == (("running", 1), "completed", 1)


@pytest.mark.needs_chromium
def test_real_browser_runs_all_checks_of_a_page_in_one_visit(scenario: Scenario, site: FaultySite):
    run_only(scenario, {"a11y_html_has_lang", "a11y_image_alt", "dom_size"})
    site.body = site.body.replace(' lang="en"', "").replace("Good things.", "<img src=x.png>")
    scan = queue_scan(scenario)
    jobs.run_scan(str(scan.pk))

    jobs.run_scan_in_browser(str(scan.pk))

    scan.refresh_from_db()
    rows = {row.key: row for row in ScanResult.objects.filter(scan=scan)}
    assert {key: row.outcome for key, row in rows.items()} == {
        "a11y_html_has_lang": "failed",
        "a11y_image_alt": "failed",
        "dom_size": "passed",
    }
    assert (scan.status, rows["dom_size"].value) == ("completed", 4)
    assert {"axe", "chromium"} <= set(rows["a11y_image_alt"].tools)
    assert rows["a11y_image_alt"].profile
    found = Finding.objects.get(check_keys=["a11y_image_alt"])
    assert (found.domain, [asset["value"] for asset in found.affected_assets]) == (
        "accessibility",
        [site.url],
    )


def test_job_out_of_time_leaves_pages_to_the_next_job(
    scenario: Scenario, site: FaultySite, monkeypatch: pytest.MonkeyPatch
):
    add_pages(site, 2)
    run_only(scenario, BY_BROWSER)
    scan = queue_scan(scenario)
    jobs.run_scan(str(scan.pk))
    monkeypatch.setattr(page_runner, "MAX_JOB_SECONDS", -1)

    left = page_runner.run(WorkerKind.BROWSER)

    part = ScanPart.objects.get(scan=scan, scanner="browser")
    pages = list(part.pages.values_list("pending", "lease_until", "attempts"))
    assert (left, part.finished_at, pages) == (True, None, [(True, None, 0)] * 2)


def test_stopping_worker_leaves_pages_to_the_next_worker(
    scenario: Scenario, site: FaultySite, enqueued: list[tuple[str, ...]], monkeypatch: pytest.MonkeyPatch
):
    add_pages(site, 8)
    scan = queue_scan(scenario)
    enqueued.clear()
    save_results = persistence.save_results

    def shut_down(*args: Any) -> bool:
        shutdown.request_shutdown()
        return save_results(*args)

    monkeypatch.setattr(persistence, "save_results", shut_down)
    try:
        jobs.run_scan(str(scan.pk))
    finally:
        shutdown.reset()
    monkeypatch.setattr(persistence, "save_results", save_results)
    scan.refresh_from_db()
    between = (scan.status, scan.summary["progress"]["http"]["pages_done"], enqueued)

    jobs.run_scan(*enqueued[0][1:])

    scan.refresh_from_db()
    # One job is for a second worker, since there are more pages than one checks at once; one for what is left.
    assert between == (
        "running",
        page_runner.MAX_CONCURRENT_PAGES["http"],
        [("scans.run_scan", str(scan.pk))] * 2,
    )
    assert (scan.status, scan.summary["progress"]["http"]["pages_done"]) == ("completed", 8)
    assert ScanResult.objects.count() == 24


def test_browser_part_without_browser_worker_is_finished_by_http_workers(
    scenario: Scenario, site: FaultySite, enqueued: list[tuple[str, ...]]
):
    run_only(scenario, BY_HTTP | BY_BROWSER)
    scan = queue_scan(scenario)
    pk = str(scan.pk)

    jobs.run_scan(pk)
    jobs.run_scan(*enqueued[-1][1:])

    scan.refresh_from_db()
    assert (enqueued, scan.status) == (
        [("scans.run_scan_in_browser", pk), ("scans.run_scan", pk, "browser")],
        "completed",
    )


def test_pages_that_show_the_same_login_page_are_not_judged(scenario: Scenario, site: FaultySite):
    add_pages(site, 4)
    login = "<title>Sign in</title><form><input type=password></form>"
    site.pages |= {"/page-1": login, "/page-2": login}
    scan = queue_scan(scenario)

    jobs.run_scan(str(scan.pk))

    judged = ScanResult.objects.filter(scan=scan).exclude(reason="login_wall")
    assert set(judged.values_list("page__route", flat=True)) == {"", "page-3"}


def test_scan_whose_results_cannot_be_stored_ends_no_other(scenario: Scenario, site: FaultySite):
    other = factories.scenario(site_url=site.url)
    run_only(other, BY_HTTP)
    failing, scan = queue_scan(scenario), queue_scan(other)
    refuse(Finding, "project_id", scenario.project.pk)

    page_runner.run(WorkerKind.HTTP)

    failing.refresh_from_db()
    scan.refresh_from_db()
    assert (failing.status, scan.status) == ("running", "completed")
    assert not ScanPage.objects.filter(pending=True).exists()


def store_unusable_credentials(scenario: Scenario) -> None:
    """Let each job fail before its first request: these credentials have a form that the worker refuses."""
    set_credentials(
        scenario.project, origin="https://example.com", credentials={"basic": {"no": "name"}}, by=SYSTEM
    )


def test_scan_whose_work_cannot_begin_ends_no_other(scenario: Scenario, site: FaultySite):
    other = factories.scenario(site_url=site.url)
    run_only(other, BY_HTTP)
    failing, scan = queue_scan(scenario), queue_scan(other)
    store_unusable_credentials(scenario)

    page_runner.run(WorkerKind.HTTP)

    failing.refresh_from_db()
    scan.refresh_from_db()
    assert (failing.status, scan.status) == ("running", "completed")


def run_until_it_ends(scan: Scan, kind: WorkerKind = WorkerKind.HTTP) -> int:
    """Run jobs, each after the leases of the one before it, until the scan ends; return how many were run."""
    for number in range(1, 30):
        page_runner.run(kind)
        expire_leases()
        scan.refresh_from_db()
        if scan.finished_at:
            return number
    return 0


def test_scan_whose_work_never_begins_fails(scenario: Scenario, site: FaultySite):
    scan = queue_scan(scenario)
    store_unusable_credentials(scenario)

    jobs_run = run_until_it_ends(scan)

    assert (jobs_run, scan.status, scan.summary["error"], QuotaMonth.objects.get().spent) == (
        page_leases.MAX_ATTEMPTS + 2,
        "failed",
        finalization.TOO_MANY_ATTEMPTS,
        0,
    )


def test_scan_whose_page_never_begins_ends_when_its_time_is_over(scenario: Scenario, site: FaultySite):
    scan = queue_scan(scenario)
    discovery = page_leases.lease_next(WorkerKind.HTTP, limit=1, is_idle=True)
    assert discovery
    persistence.save_discovery(discovery.scan, Discovery([site.url]), in_browser=False)
    store_unusable_credentials(scenario)

    jobs_run = run_until_it_ends(scan)

    assert (jobs_run, scan.status, scan.summary["error"], QuotaMonth.objects.get().spent) == (
        10,
        "failed",
        "No check had a result.",
        0,
    )


def test_scan_whose_results_can_never_be_stored_ends_when_its_time_is_over(
    scenario: Scenario, site: FaultySite
):
    scan = queue_scan(scenario)
    refuse(ScanResult, "scan_id", scan.pk)

    run_until_it_ends(scan)

    assert (scan.status, scan.summary["error"], QuotaMonth.objects.get().spent) == (
        "failed",
        "No check had a result.",
        0,
    )


def test_scan_whose_findings_can_never_be_stored_fails(scenario: Scenario, site: FaultySite):
    scan = queue_scan(scenario)
    refuse(Finding, "project_id", scenario.project.pk)

    jobs_run = run_until_it_ends(scan)

    assert (jobs_run, scan.status, scan.summary["error"], QuotaMonth.objects.get().spent) == (
        page_leases.MAX_ATTEMPTS + 2,
        "failed",
        finalization.TOO_MANY_ATTEMPTS,
        0,
    )
    assert not ScanPart.objects.filter(finished_at=None).exists()


def test_page_whose_results_cannot_be_stored_is_noted_in_the_summary(scenario: Scenario, site: FaultySite):
    add_pages(site, 3)
    scan = queue_scan(scenario)
    discovery = page_leases.lease_next(WorkerKind.HTTP, limit=1, is_idle=True)
    assert discovery
    pages = [site.url, f"{site.url}page-1", f"{site.url}page-2"]
    page_runner.start_scan(discovery.scan)
    persistence.save_discovery(discovery.scan, Discovery(pages), in_browser=False)
    refuse(ScanResult, "page_id", ScanPage.objects.get(position=1).pk)

    run_until_it_ends(scan)

    assert (scan.status, scan.summary["pages"], scan.summary["notes"]) == (
        "completed",
        2,
        ["1 of 3 pages were not checked (HTTP): each attempt was interrupted, or ended with an error."],
    )
