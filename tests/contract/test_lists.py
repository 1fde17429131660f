"""Lists are filtered, searched and sorted; what has no counter has a bounded total."""

import unicodedata
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.db.models import F
from django.utils import timezone

from accounts.models import ApiKey
from findings.models import Finding
from krafter_audit.db import counting
from notifications.models import Alert
from remediation import queries
from remediation.models import Task
from scans.models import Scan, ScanPage, ScanPart, ScanResult, Site
from tests import factories
from tests.factories import Scenario

pytestmark = pytest.mark.django_db
YEAR = "2024-05-01T12:00:00Z"


def listed(scenario: Scenario, path: str, field: str = "title") -> tuple[list[Any], int | None]:
    response = scenario.client.call("get", path)
    assert response.status_code == 200, response.content
    body = response.json()
    return [row[field] for row in body["data"]], body["meta"]["total"]


@pytest.fixture
def findings(scenario: Scenario) -> Scenario:
    """Two findings: one of the owner about the CSP, and an older one about a slow page of the shop."""
    factories.finding(scenario, title="Content-Security-Policy missing", owner_id=scenario.owner.pk)
    factories.finding(
        scenario,
        title="Slow page",
        domain="performance",
        severity="low",
        checks=["lcp"],
        affected_assets=[{"type": "url", "value": "https://example.com/shop/cart"}],
    )
    Finding.objects.filter(title="Slow page").update(created_at=YEAR, updated_at=YEAR)
    return scenario


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("owner_id={owner}", ["Content-Security-Policy missing"]),
        ("check=lcp", ["Slow page"]),
        ("check=fcp", []),
        ("q=security policy", ["Content-Security-Policy missing"]),
        ("q=SECUR", ["Content-Security-Policy missing"]),
        ("q=shop/cart", ["Slow page"]),
        ("q=security_header_csp", ["Content-Security-Policy missing"]),
        ("q=slow policy", []),
        ("q=100%25", []),
        ("created_before=2024-06-01T00:00:00Z", ["Slow page"]),
        ("created_after=2024-05-01T12:00:00Z&created_before=2024-05-01T12:00:01Z", ["Slow page"]),
        ("updated_after=2024-05-01T14:00:01%2B02:00", ["Content-Security-Policy missing"]),
        ("updated_before=2024-05-01T12:00:00Z", []),
        ("sort=created_at", ["Slow page", "Content-Security-Policy missing"]),
        ("sort=-updated_at", ["Content-Security-Policy missing", "Slow page"]),
        ("sort=score&cursor=", ["Slow page", "Content-Security-Policy missing"]),
        ("severity=low&check=lcp", ["Slow page"]),
    ],
)
def test_findings_are_filtered_searched_and_sorted(findings: Scenario, query: str, titles: list[str]):
    found, total = listed(findings, "findings?" + query.format(owner=findings.owner.pk))

    assert (found, total) == (titles, len(titles))


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("findings?q=ab", "q"),
        ("findings?created_after=yesterday", "created_after"),
        ("findings?updated_before=9999-12-31T23:59:59-14:00", "updated_before"),
        ("findings?owner_id=x", "owner_id"),
        ("findings?sort=title", "sort"),
        ("findings?check=no_such", "check"),
        ("tasks?sort=score", "sort"),
        ("tasks?sort=created_at&sort=-created_at", "sort"),
        ("tasks?include=policy", "include"),
        ("verifications?state=open", "state"),
        ("verifications?result=inconclusive", "result"),
        ("scans?status=done", "status"),
        ("reports?format=xml", "format"),
        ("regressions?trigger=x", "trigger"),
    ],
)
def test_invalid_values_are_rejected(scenario: Scenario, path: str, field: str):
    response = scenario.client.call("get", path)

    assert (response.status_code, list(response.json()["error"]["details"])) == (422, [field])


@pytest.mark.parametrize("sort", ["created_at", "-created_at", "updated_at", "-updated_at"])
def test_a_walk_in_any_order_meets_every_row_once(scenario: Scenario, sort: str):
    finding = factories.finding(scenario)
    tasks = [factories.task(scenario, of=finding, title=str(number)) for number in range(5)]
    now = timezone.now()
    for task, days in zip(tasks, [3, 1, 1, 2, 5], strict=True):
        Task.objects.filter(pk=task.pk).update(
            updated_at=now - timedelta(days=days), created_at=F("created_at")
        )
    expected = [
        str(pk)
        for pk in Task.objects.order_by(sort, "-id" if sort[0] == "-" else "id").values_list("pk", flat=True)
    ]

    met, cursor = [], ""
    while cursor is not None:
        body = scenario.client.call("get", f"tasks?sort={sort}&limit=2&cursor={cursor}").json()
        met += [row["id"] for row in body["data"]]
        cursor = body["meta"]["next_cursor"]

    assert met == expected


def test_tasks_are_found_by_words_ticket_and_pull_request(scenario: Scenario):
    url = "https://github.com/acme/shop/pull/7"
    factories.task(scenario, title="Send the header", external_ticket_key="SHOP-12")
    factories.task(scenario, title="Shrink the images", pr_url=url)

    assert listed(scenario, "tasks?q=send header") == (["Send the header"], 1)
    assert listed(scenario, "tasks?q=shop-12") == (["Send the header"], 1)
    assert listed(scenario, "tasks?external_ticket_key=SHOP-12") == (["Send the header"], 1)
    assert listed(scenario, f"tasks?pr_url={url}") == (["Shrink the images"], 1)


@pytest.mark.parametrize("query", ["slow page", "SHOP/cart", "lcp", "shrink slow"])
def test_tasks_are_found_by_title_url_and_check_of_their_finding(findings: Scenario, query: str):
    factories.task(findings, of=Finding.objects.get(title="Slow page"), title="Shrink the images")
    factories.task(findings, of=Finding.objects.exclude(title="Slow page").get(), title="Send the policy")

    assert listed(findings, f"tasks?q={query}") == (["Shrink the images"], 1)


def test_tasks_are_found_by_the_words_that_their_finding_has_now(scenario: Scenario):
    finding = factories.finding(scenario, title="Slow page")
    task = factories.task(scenario, of=finding, title="Shrink the images")
    etag = scenario.client.call("get", f"tasks/{task.pk}")["etag"]

    scenario.client.call("patch", f"findings/{finding.pk}", {"title": "Heavy page"})

    assert listed(scenario, "tasks?q=slow") == ([], 0)
    assert listed(scenario, "tasks?q=heavy") == (["Shrink the images"], 1)
    assert scenario.client.call("get", f"tasks/{task.pk}")["etag"] == etag


def test_a_task_can_be_read_with_its_finding(scenario: Scenario):
    task = factories.task(scenario)
    finding = scenario.client.call("get", f"findings/{task.finding_id}").json()["data"]

    [row] = scenario.client.call("get", "tasks?include=finding").json()["data"]
    alone = scenario.client.call("get", f"tasks/{task.pk}?include=finding").json()["data"]

    assert row["finding"] == alone["finding"] == finding
    assert "finding" not in scenario.client.call("get", "tasks").json()["data"][0]


def test_a_verification_can_be_read_with_its_task(scenario: Scenario):
    verification = factories.verification(scenario, checks="passed")
    task = scenario.client.call("get", f"tasks/{verification.task_id}").json()["data"]

    [row] = scenario.client.call("get", "verifications?include=task").json()["data"]
    alone = scenario.client.call("get", f"verifications/{verification.pk}?include=state,task").json()["data"]

    assert row["task"] == alone["task"] == task
    assert alone["state"] == "ready"
    assert "state" not in row
    assert "task" not in scenario.client.call("get", "verifications").json()["data"][0]


@pytest.mark.parametrize(
    "query", ["include=tasks,dismissal,guard", "include=guard&include=dismissal&include=tasks"]
)
def test_several_are_embedded_at_once(scenario: Scenario, query: str):
    finding = factories.finding(scenario)
    factories.task(scenario, of=finding)

    [row] = scenario.client.call("get", f"findings?{query}").json()["data"]
    alone = scenario.client.call("get", f"findings/{finding.pk}?{query}").json()["data"]

    assert list(row)[-3:] == list(alone)[-3:] == ["tasks", "dismissal", "guard"]
    assert (len(row["tasks"]), row["dismissal"], row["guard"]) == (1, None, None)


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("tasks?include=finding,policy", "Use any of finding, labels."),
        ("tasks?include=finding,", "Use any of finding, labels."),
        ("regressions?include=tasks", "Use deploys."),
    ],
)
def test_what_cannot_be_embedded_is_refused_with_the_names(scenario: Scenario, path: str, message: str):
    response = scenario.client.call("get", path)

    assert (response.status_code, response.json()["error"]["details"]) == (422, {"include": [message]})


def test_scans_reports_and_regressions_are_filtered(scenario: Scenario):
    Scan.objects.create(project=scenario.project, url="https://example.com/", trigger="manual")
    Scan.objects.create(project=scenario.project, url="https://example.com/", trigger="scheduled")
    scenario.client.call("post", "reports/export", {"format": "csv"})
    regression = factories.regression(scenario)

    assert listed(scenario, "scans?trigger=scheduled", "trigger") == (["scheduled"], 1)
    assert listed(scenario, "scans?status=queued&sort=created_at", "trigger") == (["manual", "scheduled"], 2)
    assert listed(scenario, "scans?status=failed", "trigger") == ([], 0)
    assert listed(scenario, "reports?format=csv", "format") == (["csv"], 1)
    assert listed(scenario, "reports?status=exported", "format") == ([], 0)
    assert listed(scenario, f"regressions?finding_id={regression.finding_id}", "status") == (["open"], 1)
    assert listed(scenario, "regressions?status=closed", "status") == ([], 0)


def test_a_total_without_a_counter_is_counted_up_to_a_limit(
    scenario: Scenario, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(counting, "MAX_COUNT", 2)
    for _ in range(3):
        factories.finding(scenario)

    assert listed(scenario, "findings?created_after=2024-01-01T00:00:00Z&limit=2")[1] is None
    assert listed(scenario, "findings?severity=high&limit=2")[1] == 3


@pytest.mark.parametrize(
    ("host", "titles"),
    [
        ("www.example.com", ["Bare", "Port", "Page"]),
        ("WWW.EXAMPLE.COM", ["Bare", "Port", "Page"]),
        ("example.com", []),
        ("wwwxexample.com", []),
        ("other.example", []),
    ],
)
def test_findings_are_filtered_by_host(scenario: Scenario, host: str, titles: list[str]):
    values = {
        "Page": "https://www.example.com/a?next=https://other.example/",
        "Port": "http://www.example.com:8443#top",
        "Bare": "www.example.com",
        "Subdomain": "https://www.example.com.evil.test/",
    }
    for title, value in values.items():
        factories.finding(scenario, title=title, affected_assets=[{"type": "url", "value": value}])

    assert listed(scenario, f"findings?host={host}") == (titles, len(titles))


@pytest.mark.parametrize("host", ["bücher.example", "BÜCHER.example", "xn--bcher-kva.example"])
def test_findings_are_filtered_by_an_international_host(scenario: Scenario, host: str):
    for title, name in (
        ("Unicode", "bücher.example"),
        ("ASCII", "xn--bcher-kva.example"),
        ("Other", "bucher.example"),
    ):
        factories.finding(
            scenario, title=title, affected_assets=[{"type": "url", "value": f"https://{name}/"}]
        )

    assert listed(scenario, f"findings?host={host}") == (["ASCII", "Unicode"], 2)


@pytest.mark.slow
@pytest.mark.parametrize(
    "host", ["bücher example", "bücher.example/", "ü" * 80, "a.b/c", 'a"b.example', "-a.example", "ab"]
)
def test_an_invalid_host_is_rejected(scenario: Scenario, host: str):
    response = scenario.client.call("get", f"findings?host={host}")

    assert (response.status_code, list(response.json()["error"]["details"])) == (422, ["host"])


@pytest.mark.parametrize("stored", ["NFC", "NFD"])
@pytest.mark.parametrize("sent", ["NFC", "NFD"])
def test_words_are_found_however_their_accents_are_encoded(scenario: Scenario, stored: str, sent: str):
    title, word = unicodedata.normalize(stored, "Menü im Café"), unicodedata.normalize(sent, "café")
    factories.task(scenario, of=factories.finding(scenario, title=title), title=title)

    assert listed(scenario, f"findings?q={quote(word)}") == ([title], 1)
    assert listed(scenario, f"tasks?q={quote(word)}") == ([title], 1)


def test_findings_can_be_read_with_their_tasks(scenario: Scenario):
    finding = factories.finding(scenario)
    tasks = [str(factories.task(scenario, of=finding).pk) for _ in "12"]
    factories.finding(scenario, score=0)

    first, second = scenario.client.call("get", "findings?include=tasks").json()["data"]
    alone = scenario.client.call("get", f"findings/{finding.pk}?include=tasks").json()["data"]

    assert [task["id"] for task in first["tasks"]] == [task["id"] for task in alone["tasks"]] == tasks[::-1]
    assert first["tasks"][1] == scenario.client.call("get", f"tasks/{tasks[0]}").json()["data"]
    assert second["tasks"] == []
    assert "tasks" not in scenario.client.call("get", "findings").json()["data"][0]


def test_a_finding_embeds_its_newest_tasks_alone(scenario: Scenario, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(queries, "MAX_EMBEDDED_TASKS", 2)
    finding = factories.finding(scenario)
    tasks = [str(factories.task(scenario, of=finding).pk) for _ in "123"]

    [row] = scenario.client.call("get", "findings?include=tasks").json()["data"]

    assert [task["id"] for task in row["tasks"]] == tasks[:0:-1]


def test_alerts_sites_and_shares_are_filtered_and_sorted(scenario: Scenario):
    project, now = scenario.project, timezone.now()
    for channel in ("slack", "email"):
        Alert.objects.create(project=project, channel=channel, due_at=now)
    Site.objects.create(project=project, host="a.example")
    Site.objects.create(project=project, host="b.example", verified_at=now, method="file")
    scenario.client.call("post", "reports/export", {"format": "csv"})
    scenario.client.call("post", "reports/share", {"channel": "link"})

    assert listed(scenario, "alerts?channel=slack", "channel") == (["slack"], 1)
    assert listed(scenario, "alerts?status=collecting&sort=created_at", "channel") == (["slack", "email"], 2)
    assert listed(scenario, "sites?status=verified", "host") == (["b.example"], 1)
    assert listed(scenario, "sites?status=verified&status=unverified&sort=created_at", "host")[1] == 2
    assert listed(scenario, "sites?host=A.example", "host") == (["a.example"], 1)
    assert listed(scenario, "sites?method=dns_txt", "host") == ([], 0)
    assert listed(scenario, "reports/shares?channel=link&sort=-updated_at", "channel") == (["link"], 1)
    assert listed(scenario, "reports/shares?status=failed", "channel") == ([], 0)


def test_lists_of_an_organisation_are_filtered(scenario: Scenario):
    org = f"/api/v1/orgs/{scenario.organization.pk}"
    ApiKey.objects.create(
        organization=scenario.organization, user=scenario.owner, name="old", digest="0", scopes=["*"],
        revoked_at=timezone.now(),
    )  # fmt: skip

    assert listed(scenario, f"{org}/keys?status=revoked", "name") == (["old"], 1)
    assert listed(scenario, f"{org}/keys?status=active", "name") == (["tests"], 1)
    assert listed(scenario, f"{org}/members?role=owner", "email") == ([scenario.owner.email], 1)
    assert listed(scenario, f"{org}/members?role=admin", "email") == ([], 0)
    assert listed(scenario, f"{org}/projects?archived=true", "id") == ([], 0)
    assert listed(scenario, f"{org}/webhooks?status=disabled", "url") == ([], 0)
    assert scenario.client.get(f"{org}/members?rank=1").status_code == 422


@pytest.mark.parametrize("resource", ["keys", "members", "projects"])
def test_lists_of_an_organisation_have_pages(scenario: Scenario, resource: str):
    url = f"/api/v1/orgs/{scenario.organization.pk}/{resource}"
    bodies = {
        "keys": {"name": "CI"},
        "members": {"email": "a@example.com"},
        "projects": {"id": "shop", "site_url": "https://example.com/"},
    }
    created = scenario.client.call("post", url, bodies[resource]).json()["data"]["id"]

    first = scenario.client.get(f"{url}?limit=1").json()
    second = scenario.client.get(f"{url}?limit=1&cursor={first['meta']['next_cursor']}").json()

    assert (first["data"][0]["id"], first["meta"]["total"]) == (created, 2)
    assert (second["data"][0]["id"] != created, second["meta"]["next_cursor"]) == (True, None)


def test_scan_results_are_filtered_and_sorted(scenario: Scenario):
    scan = Scan.objects.create(project=scenario.project, url="https://example.com/", trigger="manual")
    page = ScanPage.objects.create(
        part=ScanPart.objects.create(scan=scan, scanner="http"), position=0, url=scan.url, route="/"
    )
    for key, reason, duration in [("ttfb", "unsteady", 3), ("lcp", "timeout", 1), ("cls", "timeout", 2)]:
        ScanResult.objects.create(
            scan=scan, page=page, key=key, version=1, outcome="inconclusive", reason=reason, duration_ms=duration,
            seen_at=YEAR,
        )  # fmt: skip
    path = f"scans/{scan.pk}/results"

    assert listed(scenario, path, "key") == (["cls", "lcp", "ttfb"], 3)
    assert listed(scenario, f"{path}?sort=key", "key")[0] == ["cls", "lcp", "ttfb"]
    assert listed(scenario, f"{path}?sort=-duration_ms", "key")[0] == ["ttfb", "cls", "lcp"]
    assert listed(scenario, f"{path}?reason=timeout&scanner=http", "key") == (["cls", "lcp"], 2)
    assert listed(scenario, f"{path}?scanner=browser", "key") == ([], 0)
    assert listed(scenario, f"{path}?seen_after={YEAR}&key=lcp", "key") == (["lcp"], 1)
    cursor = scenario.client.call("get", f"{path}?sort=duration_ms&limit=2").json()["meta"]["next_cursor"]
    assert listed(scenario, f"{path}?sort=duration_ms&limit=2&cursor={cursor}", "key") == (["ttfb"], 3)
