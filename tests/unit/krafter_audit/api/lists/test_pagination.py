"""Pages: cursors belong to their list, totals count all rows, and no row is skipped or repeated."""

import base64
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from campaigns.models import Campaign, CampaignTask
from events.models import Counter
from events.totals import counters
from findings.models import Finding
from krafter_audit.api.lists import pagination
from krafter_audit.db import counting
from remediation.models import Task
from tests import factories
from tests.factories import Scenario

pytestmark = pytest.mark.django_db


def read_pages(
    scenario: Scenario, path: str, start: str | None = None, after_page: Callable[[], Any] = lambda: None
) -> list[str]:
    """Read every page by cursor and return the ids; `after_page` is called after each page but the last."""
    seen: list[str] = []
    cursor = start
    while True:
        parameter = "" if cursor is None else f"&cursor={cursor}"
        body = scenario.client.call("get", f"{path}{parameter}").json()
        seen += [row["id"] for row in body["data"]]
        cursor = body["meta"]["next_cursor"]
        if cursor is None:
            return seen
        after_page()


def test_pages_by_cursor_have_every_row_once_while_rows_are_created(scenario: Scenario):
    made = [str(factories.task(scenario).pk) for _ in range(7)]

    seen = read_pages(scenario, "tasks?limit=2", after_page=lambda: factories.task(scenario))

    assert seen == list(reversed(made))


def test_rows_of_the_same_time_are_ordered_by_id(scenario: Scenario):
    made = [factories.task(scenario) for _ in range(5)]
    Task.objects.update(created_at=made[0].created_at)

    seen = read_pages(scenario, "tasks?limit=2")

    assert seen == sorted((str(task.pk) for task in made), reverse=True)


def test_pages_of_findings_by_cursor_are_in_the_order_of_the_pages_by_offset(scenario: Scenario):
    for score in (5, 90, 90, 40, 90, 5, 60):
        factories.finding(scenario, score=score)
    offset = scenario.client.call("get", "findings?limit=100").json()

    seen = read_pages(scenario, "findings?limit=2", start="")

    assert offset["meta"]["next_cursor"] is None
    assert [row["priority"]["score"] for row in offset["data"]] == [90, 90, 90, 60, 40, 5, 5]
    assert seen == [row["id"] for row in offset["data"]]


@pytest.mark.parametrize(
    "path", ["findings?sort=-score", "findings?sort=score&severity=low", "findings?sort=-updated_at"]
)
def test_few_rows_with_a_check_are_those_of_the_list_without_it(scenario: Scenario, path: str):
    for number, score in enumerate((5, 90, 90, 40, 90, 5, 60)):
        checks = ["lcp", "cls"] if number % 2 else ["lcp"]
        factories.finding(scenario, score=score, severity="low", checks=checks)
    factories.finding(scenario, checks=[])
    factories.finding(factories.scenario(), checks=["cls"])
    wanted = [
        row["id"]
        for row in scenario.client.call("get", path).json()["data"]
        if "cls" in Finding.objects.get(pk=row["id"]).check_keys
    ]

    by_cursor = read_pages(scenario, f"{path}&check=cls&limit=2", start="")
    by_offset = [
        row["id"]
        for offset in (0, 2)
        for row in scenario.client.call("get", f"{path}&check=cls&limit=2&offset={offset}").json()["data"]
    ]

    assert (by_cursor, by_offset, len(wanted)) == (wanted, wanted, 3)


@pytest.mark.parametrize("sort", ["sla_due_at", "-sla_due_at", "-created_at"])
def test_few_tasks_of_a_campaign_are_in_the_order_of_the_list(scenario: Scenario, sort: str):
    due = timezone.now()
    tasks = [
        factories.task(scenario, sla_due_at=due_at)
        for due_at in (due, None, due + timedelta(days=1), None, due)
    ]
    campaign = Campaign.objects.create(project=scenario.project, name="Few", owner=scenario.owner)
    for task in tasks:
        CampaignTask.objects.create(campaign=campaign, task=task, added_at=due)
    wanted = [row["id"] for row in scenario.client.call("get", f"tasks?sort={sort}").json()["data"]]

    assert read_pages(scenario, f"tasks?sort={sort}&campaign={campaign.pk}&limit=2") == wanted


def test_many_rows_with_a_check_are_read_in_the_order_of_the_list(
    scenario: Scenario, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(counting, "MAX_COUNT", 2)
    made = [factories.finding(scenario, checks=["lcp"]) for _ in range(3)]

    with CaptureQueriesContext(connection) as statements:
        seen = read_pages(scenario, "findings?check=lcp&sort=created_at&limit=2", start="")

    assert seen == [str(row.pk) for row in made]
    assert not any(" IN (" in statement["sql"] for statement in statements if "ORDER BY" in statement["sql"])


def test_findings_page_by_offset(scenario: Scenario):
    for score in (10, 20, 30):
        factories.finding(scenario, score=score)

    body = scenario.client.call("get", "findings?limit=2&offset=1").json()

    assert [row["priority"]["score"] for row in body["data"]] == [20, 10]
    assert body["meta"]["total"] == 3


@pytest.mark.parametrize(
    "query",
    [
        "limit=0", "limit=101", "limit=x", "limit=-1", "limit=1.5", "limit=", "limit=%00", "limit=٣",
        "limit=5&limit=7", "cursor=&cursor=", "cursor=a!b",
        "cursor=x", "cursor=%00", "cursor=W10", "cursor=bnVsbA", "cursor=WyJhIiwgMV0",
        "status=open", "status=", "status=%00", "priority=urgent", "owner_id=x", "overdue=yes", "sttaus=done",
    ],
)  # fmt: skip
def test_invalid_parameter_is_refused_and_named(scenario: Scenario, query: str):
    response = scenario.client.call("get", f"tasks?{query}")

    assert response.status_code == 422
    assert query.split("=")[0] in response.json()["error"]["details"]


def test_a_cursor_belongs_to_its_list_and_filters(scenario: Scenario):
    for _ in range(3):
        factories.task(scenario)
    cursor = scenario.client.call("get", "tasks?limit=1").json()["meta"]["next_cursor"]

    assert scenario.client.call("get", f"tasks?limit=2&cursor={cursor}").status_code == 200
    assert scenario.client.call("get", f"tasks?status=backlog&cursor={cursor}").status_code == 422
    assert scenario.client.call("get", f"verifications?cursor={cursor}").status_code == 422
    other = factories.scenario()
    assert other.client.call("get", f"tasks?cursor={cursor}").status_code == 422


def test_totals_count_matching_rows(scenario: Scenario):
    for status in ("new", "new", "triaged", "resolved"):
        factories.finding(scenario, status=status, severity="low")
    factories.finding(scenario, severity="critical", domain="seo")

    def total(query: str) -> int:
        return scenario.client.call("get", f"findings?limit=1&{query}").json()["meta"]["total"]

    assert total("") == 5
    assert total("status=new&status=triaged&severity=low") == 3
    assert total("domain=seo&severity=critical") == 1
    assert total("domain=seo&severity=low") == 0


def test_every_page_has_the_total_of_all_pages(scenario: Scenario):
    for _ in range(3):
        factories.task(scenario)

    first = scenario.client.call("get", "tasks?limit=2").json()["meta"]
    second = scenario.client.call("get", f"tasks?limit=2&cursor={first['next_cursor']}").json()["meta"]
    whole = scenario.client.call("get", "tasks?limit=3").json()["meta"]
    beyond = scenario.client.call("get", "findings?limit=2&offset=3").json()["meta"]

    assert [meta["total"] for meta in (first, second, whole, beyond)] == [3, 3, 3, 3]


def test_totals_are_read_from_counters(scenario: Scenario):
    for _ in range(2):
        factories.finding(scenario)

    with CaptureQueriesContext(connection) as captured:
        scenario.client.call("get", "findings?severity=high&limit=1")

    assert not [
        query for query in captured if "COUNT(" in query["sql"] and "findings_finding" in query["sql"]
    ]
    assert len(captured) == 5  # key, last use, project, rows, counter


def test_aggregation_of_a_counter_keeps_its_totals(scenario: Scenario):
    for _ in range(3):
        factories.finding(scenario, status="dismissed")
    before = sorted(map(str, counters.totals(scenario.project.pk, "finding")))
    rows = Counter.objects.filter(name="finding").count()

    counters.aggregate(scenario.project.pk, "finding")

    assert sorted(map(str, counters.totals(scenario.project.pk, "finding"))) == before
    assert Counter.objects.filter(name="finding").count() == 1 < rows


def test_deleted_rows_are_subtracted_from_the_totals(scenario: Scenario):
    factories.finding(scenario)
    Finding.objects.all().delete()

    assert counters.count(scenario.project.pk, "finding") == 0


@pytest.mark.parametrize(
    "position",
    [
        [5, "2026-01-01", "018f0000-0000-7000-8000-000000000000"],
        [5, "2026-01-01T00:00:00", "018f0000-0000-7000-8000-000000000000"],
        [5, "2026-01-01T00:00:00Z", 10**60],
        [5, {}, "018f0000-0000-7000-8000-000000000000"],
        [[], "2026-01-01T00:00:00Z", "018f0000-0000-7000-8000-000000000000"],
        [1e999, "2026-01-01T00:00:00Z", "018f0000-0000-7000-8000-000000000000"],
        [None, "2026-01-01T00:00:00Z", "018f0000-0000-7000-8000-000000000000"],
        [5, None, "018f0000-0000-7000-8000-000000000000"],
        [5, "2026-01-01T00:00:00Z", None],
        [5, "9999-12-31T23:59:59-01:00", "018f0000-0000-7000-8000-000000000000"],
        [5],
        {},
    ],
)
def test_cursor_with_a_valid_signature_and_invalid_values_is_refused(scenario: Scenario, position: Any):
    signature = pagination._signature(QueryDict(""), f"findings {scenario.project.pk}")
    cursor = base64.urlsafe_b64encode(json.dumps([signature, *position]).encode()).decode()

    response = scenario.client.call("get", f"findings?cursor={cursor}")

    assert (response.status_code, list(response.json()["error"]["details"])) == (422, ["cursor"])


@pytest.mark.parametrize("descending", [False, True])
def test_rows_without_a_date_are_neither_skipped_nor_repeated(scenario: Scenario, descending: bool):
    now, finding = timezone.now(), factories.finding(scenario)
    dates = [None, now, None, now + timedelta(days=1), now]
    made = [factories.task(scenario, of=finding, sla_due_at=date).pk for date in dates]
    listing = pagination.QuerySetListing(
        Task.objects.all(), order=("sla_due_at", "id"), descending=descending
    )

    found: list[Task] = []
    for _ in dates:
        found += listing.fetch((found[-1].sla_due_at, found[-1].pk) if found else None, 1, 0)

    ascending = [made[position] for position in (1, 4, 3, 0, 2)]
    assert [row.pk for row in found] == (ascending[::-1] if descending else ascending)


@pytest.mark.parametrize("path", ["tasks", "findings"])  # by cursor, and by offset
def test_full_last_page_has_no_next_cursor(scenario: Scenario, path: str):
    for _ in range(2):
        factories.task(scenario)

    page = scenario.client.call("get", f"{path}?limit=2")

    assert (len(page.json()["data"]), page.json()["meta"]["next_cursor"], page.get("link")) == (2, None, None)


def test_a_typo_in_the_query_of_a_findings_regressions_is_refused(scenario: Scenario):
    response = scenario.client.call("get", f"findings/{factories.finding(scenario).pk}/regressions?limt=5")

    assert (response.status_code, list(response.json()["error"]["details"])) == (422, ["limt"])


def test_cursor_with_invalid_characters_is_rejected(scenario: Scenario):
    for _ in range(2):
        factories.task(scenario)
    cursor = scenario.client.call("get", "tasks?limit=1").json()["meta"]["next_cursor"]

    assert scenario.client.call("get", f"tasks?cursor={cursor}").status_code == 200
    assert scenario.client.call("get", f"tasks?cursor={cursor[:5]}!!{cursor[5:]}").status_code == 422


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("findings?status=new&status=", "status"),
        ("tasks?owner_id=", "owner_id"),
        ("tasks?finding_id=", "finding_id"),
        ("tasks?overdue=", "overdue"),
        # Filters remove the white space around a value.
        ("tasks?q=%20%20%20", "q"),
        ("tasks?owner_id=%20", "owner_id"),
        ("findings?host=%E3%80%80", "host"),
        ("findings?created_after=%09", "created_after"),
        ("integrations/github/conflicts?status=", "status"),
    ],
)
def test_an_empty_filter_is_rejected(scenario: Scenario, path: str, field: str):
    factories.task(scenario)

    response = scenario.client.call("get", path)

    assert (response.status_code, list(response.json()["error"]["details"])) == (422, [field])


def test_cursor_and_offset_together_are_rejected(scenario: Scenario):
    response = scenario.client.call("get", "findings?cursor=&offset=25")

    assert (response.status_code, list(response.json()["error"]["details"])) == (422, ["offset"])


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1", 1), ("007", 7), ("999999999", 999_999_999), ("0", None), ("1000000000", None), ("9" * 5000, None),
        ("", None), ("-1", None), ("+1", None), (" 1", None), ("1.0", None), ("²", None), ("٣", None),
    ],
)  # fmt: skip
def test_whole_number_is_of_nine_decimal_digits_in_its_bounds(text: str, number: int | None):
    assert pagination.whole_number(text, 1, 999_999_999) == number
