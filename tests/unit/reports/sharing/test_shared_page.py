"""The shared page and its download. In a browser: tests/browser/test_shared_report.py."""

import csv
import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core import signing
from django.test import Client
from django.utils import timezone

from findings.services import triage
from reports.models import Report, Share
from reports.sharing import links
from tests import factories
from tests.factories import Scenario
from tests.unit.reports.conftest import CallApi, ExportReport

pytestmark = pytest.mark.slow

PATH = "/insights/audit/reports/shared/"


@pytest.fixture
def link(scenario: Scenario, call_api: CallApi, export_report: ExportReport) -> Callable[..., str]:
    """Share a report by link and return its URL."""

    def share(format: str = "json", **fields: Any) -> str:
        export_report(format)
        return str(call_api("post", "reports/share", {"channel": "link", **fields})[1]["data"]["share_url"])

    return share


Link = Callable[..., str]


def test_page_shows_snapshot_chart_and_file(scenario: Scenario, link: Link) -> None:
    factories.finding(scenario, title="Header <script>alert(1)</script> is missing", score=77)
    factories.finding(scenario, status="resolved", score=10)
    url = link()
    factories.finding(scenario, title="Found since")

    response = Client().get(url)

    html = response.content.decode()
    assert response.status_code == 200
    assert "Header &lt;script&gt;alert(1)&lt;/script&gt; is missing" in html
    assert "Found since" not in html
    assert '<img class="chart" src="data:image/svg+xml,' in html
    assert f'href="{url.removeprefix("http://testserver")}/download"' in html
    assert re.search(r"Open findings</dt>\s*<dd><b>1</b>", html)


def test_each_link_opens_its_own_report_and_a_signed_key_without_share_none(
    scenario: Scenario, link: Link
) -> None:
    factories.finding(scenario, title="In the first report")
    first = link()
    factories.finding(scenario, title="Since the first report")
    second = link()

    pages = [Client().get(url).content.decode() for url in (first, second)]
    unknown = Client().get(links.url_of_key(links.new_key()))

    assert ["Since the first report" in page for page in pages] == [False, True]
    assert (unknown.status_code, "Report not found" in unknown.content.decode()) == (404, True)


def test_page_sets_no_cookie_runs_no_script_and_is_not_indexed(link: Link) -> None:
    response = Client().get(link())

    assert response.cookies == {}
    assert "cookie" not in response.get("vary", "").lower()
    assert response["x-robots-tag"] == "noindex, nofollow"
    assert response["referrer-policy"] == "no-referrer"
    assert response["cache-control"] == "private, no-store"
    assert response["content-security-policy"] == (
        "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    )
    html = response.content.decode()
    assert "<script" not in html
    assert "style=" not in html
    assert '<meta name="robots" content="noindex, nofollow">' in html


@pytest.mark.parametrize("format", ["json", "csv", pytest.param("pdf", marks=pytest.mark.needs_pango)])
def test_file_downloads_without_login(link: Link, format: str) -> None:
    response = Client().get(link(format) + "/download")

    body = b"".join(response.streaming_content)
    assert (response.status_code, len(body)) == (200, Report.objects.get().file_size)
    assert response["content-disposition"].startswith(
        'attachment; filename="krafter-audit-production-website-'
    )
    assert response["x-robots-tag"] == "noindex, nofollow"


def test_each_kind_of_a_csv_report_downloads_from_the_page(link: Link) -> None:
    url = link("csv")
    html = Client().get(url).content.decode()

    for kind in ("summary", "tasks", "verifications", "regressions"):
        assert f"/download?kind={kind}" in html
        assert Client().get(f"{url}/download?kind={kind}").status_code == 200
    assert Client().get(f"{url}/download?kind=people").status_code == 404


def test_page_summarises_and_lists_overdue_tasks(scenario: Scenario, link: Link) -> None:
    task = factories.task(scenario, title="Send the header")
    type(task).objects.update(sla_due_at=timezone.now() - timedelta(days=3))

    html = Client().get(link()).content.decode()

    assert "production-website has 1 open finding, 1 high." in html
    assert "no findings were fixed and verified; 1 task is overdue." in html
    assert re.search(r"Send the header</th>.*3 days late", html, re.DOTALL)
    assert "There is no earlier period to compare with: the first scan or finding was on" in html


def test_views_within_a_minute_count_once(link: Link, time_machine: Any) -> None:
    url, seen = link(), []
    for seconds in (0, 30, 61):
        time_machine.move_to(timezone.now() + timedelta(seconds=seconds), tick=False)
        Client().get(url)
        share = Share.objects.get()
        seen.append((share.views, timezone.now() - share.last_opened_at))
    time_machine.move_to(timezone.now() + timedelta(seconds=61), tick=False)
    Client().head(url)

    assert seen == [(1, timedelta(0)), (1, timedelta(seconds=30)), (2, timedelta(0))]
    assert Share.objects.get().views == 2


def test_page_lists_accepted_risks_with_their_day_and_without_comments(
    scenario: Scenario, link: Link
) -> None:
    finding = factories.finding(scenario, title="Old protocol")
    triage.dismiss(
        finding.pk, reason="accepted_risk", comment="Until the new load balancer", accepted_until=date(2030, 12, 31),
        by=scenario.actor,
    )  # fmt: skip

    html = Client().get(link()).content.decode()

    assert re.search(r"Old protocol</th>.*31 December 2030", html, re.DOTALL)
    assert "Until the new load balancer" not in html


def test_csv_file_by_link_has_no_comments_of_dismissals(scenario: Scenario, link: Link) -> None:
    finding = factories.finding(scenario, title="Old protocol")
    triage.dismiss(finding.pk, reason="accepted_risk", comment="internal", by=scenario.actor)
    url = link("csv")

    response = Client().get(url + "/download")
    content = b"".join(response.streaming_content).decode()  # type: ignore[attr-defined]

    [row] = csv.DictReader(content.removeprefix("\ufeff").splitlines())
    assert (row["title"], row["dismissal_reason"], row["dismissal_comment"]) == (
        "Old protocol",
        "accepted_risk",
        "",
    )
    assert "internal" not in content
    assert not response.has_header("Repr-Digest")
    assert response["Content-Disposition"].startswith("attachment; filename=")


def test_csv_file_by_link_has_the_largest_cells(scenario: Scenario, link: Link) -> None:
    assets = [{"type": "url", "value": f"https://example.com/{index}/{'x' * 1900}"} for index in range(100)]
    factories.finding(scenario, affected_assets=assets)

    response = Client().get(link("csv") + "/download")
    content = b"".join(response.streaming_content).decode()  # type: ignore[attr-defined]

    assert all(asset["value"] in content for asset in assets)


def test_page_of_a_queued_report_opens_and_its_file_returns_409(call_api: CallApi) -> None:
    call_api("post", "reports/export", {"format": "pdf"})
    url = call_api("post", "reports/share", {"channel": "link"})[1]["data"]["share_url"]

    page, file = Client().get(url), Client().get(url + "/download")

    assert (page.status_code, file.status_code) == (200, 409)
    assert "The file is being exported." in page.content.decode()


def test_expired_link_returns_410(link: Link, time_machine: Any) -> None:
    url = link(expires_in=60)
    time_machine.move_to(timezone.now() + timedelta(seconds=61))

    page, file = Client().get(url), Client().get(url + "/download")

    assert (page.status_code, file.status_code) == (410, 410)
    assert "This link has expired" in page.content.decode()


def test_link_expires_after_thirty_days(link: Link, time_machine: Any) -> None:
    url = link()

    time_machine.move_to(timezone.now() + timedelta(days=29, hours=23))
    assert Client().get(url).status_code == 200
    time_machine.move_to(timezone.now() + timedelta(hours=2))
    assert Client().get(url).status_code == 410


def test_revoked_link_returns_410(link: Link, call_api: CallApi) -> None:
    url = link()
    call_api("delete", f"reports/shares/{Share.objects.get().pk}")

    page, file = Client().get(url), Client().get(url + "/download")

    assert (page.status_code, file.status_code) == (410, 410)
    assert "This link was revoked" in page.content.decode()


def test_revoking_a_link_leaves_other_links_of_the_report_valid(link: Link, call_api: CallApi) -> None:
    first = link()
    second = call_api("post", "reports/share", {"channel": "link"})[1]["data"]["share_url"]
    call_api("delete", f"reports/shares/{Share.objects.earliest('created_at').pk}")

    assert [Client().get(url).status_code for url in (first, second)] == [410, 200]


@pytest.mark.django_db
@pytest.mark.parametrize("token", ["x", "a.b", "..", "%00", "ä", "x" * 3000])
def test_unsigned_token_is_not_found_without_a_query(token: str, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        response = Client().get(f"{PATH}{token}")

    assert response.status_code == 404
    assert "Report not found" in response.content.decode()


def test_changed_token_and_token_with_another_salt_are_not_found(link: Link) -> None:
    token = link().rsplit("/", 1)[1]
    key = Share.objects.get().key

    for wrong in (
        token[:-1] + ("A" if token[-1] != "A" else "B"),
        ("A" if token[0] != "A" else "B") + token[1:],
        signing.Signer(sep=".").sign(key),
    ):
        assert Client().get(PATH + wrong).status_code == 404


def test_page_allows_only_get_and_head(link: Link) -> None:
    url = link()

    assert [getattr(Client(), verb)(url).status_code for verb in ("post", "put", "delete")] == [405] * 3
    assert Client().head(url).status_code == 200


def test_page_is_rate_limited_per_client(link: Link, settings: Any, mid_minute_clock: None) -> None:
    url = link()
    settings.KRAFTER_RATE_PUBLIC = 2

    responses = [Client(REMOTE_ADDR="203.0.113.7").get(url) for _ in range(3)]

    assert [response.status_code for response in responses] == [200, 200, 429]
    assert 1 <= int(responses[2]["retry-after"]) <= 60
    assert "Too many requests" in responses[2].content.decode()
