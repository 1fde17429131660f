"""Lists are filtered, searched and sorted; what has no counter has a bounded total."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F
from django.utils import timezone

from findings.models import Finding
from krafter_audit.db import counting
from remediation.models import Task
from scans.models import Scan
from tests import factories
from tests.factories import Scenario

pytestmark = pytest.mark.django_db
YEAR = "2024-05-01T12:00:00Z"


def listed(scenario: Scenario, path: str, field: str = "title") -> tuple[list[Any], int | None]:
    response = scenario.client.ask("get", path)
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
        ("check=no_such", []),
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
    response = scenario.client.ask("get", path)

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
        body = scenario.client.ask("get", f"tasks?sort={sort}&limit=2&cursor={cursor}").json()
        met += [row["id"] for row in body["data"]]
        cursor = body["meta"]["next_cursor"]

    assert met == expected


def test_tasks_are_found_by_words_ticket_and_pull_request(scenario: Scenario):
    url = "https://github.com/acme/shop/pull/7"
    factories.task(scenario, title="Send the header", external_ticket_key="SHOP-12")
    factories.task(scenario, title="Shrink the images", pr_url=url)

    assert listed(scenario, "tasks?q=header") == (["Send the header"], 1)
    assert listed(scenario, "tasks?q=shop-12") == (["Send the header"], 1)
    assert listed(scenario, "tasks?external_ticket_key=SHOP-12") == (["Send the header"], 1)
    assert listed(scenario, f"tasks?pr_url={url}") == (["Shrink the images"], 1)


def test_a_task_can_be_read_with_its_finding(scenario: Scenario):
    task = factories.task(scenario)
    finding = scenario.client.ask("get", f"findings/{task.finding_id}").json()["data"]

    [row] = scenario.client.ask("get", "tasks?include=finding").json()["data"]
    alone = scenario.client.ask("get", f"tasks/{task.pk}?include=finding").json()["data"]

    assert row["finding"] == alone["finding"] == finding
    assert "finding" not in scenario.client.ask("get", "tasks").json()["data"][0]


def test_scans_reports_and_regressions_are_filtered(scenario: Scenario):
    Scan.objects.create(project=scenario.project, url="https://example.com/", trigger="manual")
    Scan.objects.create(project=scenario.project, url="https://example.com/", trigger="scheduled")
    scenario.client.ask("post", "reports/export", {"format": "csv"})
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

    assert listed(scenario, "findings?created_after=2024-01-01T00:00:00Z")[1] is None
    assert listed(scenario, "findings?severity=high")[1] == 3
