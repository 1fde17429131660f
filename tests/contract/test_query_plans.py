"""PostgreSQL uses an index for all frequent requests at a million findings.

The statistics say that the tables are large and that one project has 80 % of the rows. The plans are those of the
actual statements.
"""

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.db import connection

from scans.models import Scan
from tests import factories
from tests.factories import Scenario

pytestmark = pytest.mark.slow

LARGE = {
    "findings_finding": 1_000_000,
    "findings_regression": 50_000,
    "scans_scan": 50_000,
    "remediation_task": 600_000,
    "remediation_verification": 400_000,
    f"remediation_evidence_{date.today():%Y_%m}": 1_000_000,
    "reports_report": 50_000,
    "events_counter": 50_000,
    f"events_event_{date.today():%Y_%m}": 2_500_000,
}
ADDRESSES = [
    "findings",
    "findings?severity=critical&status=new",
    "findings?status=resolved&status=dismissed&domain=seo",
    "findings?cursor=",
    "findings?offset=1000",
    "findings?owner_id={owner}",
    "findings?check=security_header_csp",
    "findings?q=finding",
    "findings?host=www.example.com",
    "findings?include=tasks",
    "findings?include=guard",
    "findings?include=dismissal",
    "findings?updated_after=2024-01-01T00:00:00Z&sort=updated_at&cursor=",
    "findings?created_before=2024-01-01T00:00:00Z",
    "findings?sort=-created_at",
    "findings/{finding}",
    "findings/{finding}/regressions",
    "findings/{finding}/dismissals",
    "tasks",
    "tasks?status=blocked",
    "tasks?status=done&status=backlog",
    "tasks?owner_id={owner}",
    "tasks?finding_id={finding}",
    "tasks?overdue=true",
    "tasks?sort=sla_due_at",
    "tasks?owner_id=me&status=backlog&sort=sla_due_at",
    "tasks?external_ticket_key=ACME-1",
    "tasks?pr_url=https://github.com/acme/shop/pull/7",
    "tasks?label=frontend",
    "tasks?q=fix it",
    "tasks?q=security_header_csp",
    "tasks?updated_after=2024-01-01T00:00:00Z&sort=updated_at",
    "tasks?include=finding",
    "tasks/{task}",
    "verifications",
    "verifications?state=decided",
    "verifications?state=ready&state=blocked",
    "verifications?task_id={task}",
    "verifications?result=passed",
    "verifications?sort=-updated_at",
    "verifications/{verification}",
    "verifications/{verification}?include=state",
    "verifications?include=state,task",
    "verifications/{verification}/evidence",
    "regressions",
    "regressions?status=closed",
    "regressions?finding_id={finding}",
    "scans",
    "scans?status=completed&sort=updated_at",
    "reports?format=json&sort=-updated_at",
    "scans/{scan}",
    "reports",
    "reports/summary",
    "reports/summary?date_from=2025-01-01&date_to=2025-01-31",
    "command-center",
    "events",
    "events?type=task.created",
    "events?type=finding.*&type=task.updated",
    "events?subject={finding}",
    "events?sort=created_at",
]


@pytest.fixture
def plans(scenario: Scenario, database_owner: None) -> Iterator[list[dict[str, Any]]]:
    """Yield the query plans of the requests."""
    plans: list[dict[str, Any]] = []
    connection.ensure_connection()
    driver = connection.connection

    def note(diagnostic: Any) -> None:
        _, found, plan = diagnostic.message_primary.partition("plan:")
        if found:
            plans.append(json.loads(plan))

    driver.add_notice_handler(note)
    with connection.cursor() as cursor:
        cursor.execute("LOAD 'auto_explain'")
        for name, value in {"log_min_duration": "0", "log_format": "json", "log_level": "notice"}.items():
            cursor.execute(f"SET LOCAL auto_explain.{name} = {value}")
    yield plans
    driver.remove_notice_handler(note)


def fake_table_statistics(scenario: Scenario) -> None:
    """Set the statistics of the tables to those of a million rows, without writing them."""
    project = str(scenario.project.pk)
    with connection.cursor() as cursor:
        for table, rows in LARGE.items():
            cursor.execute(f"SELECT count(*) FROM {table}")
            assert cursor.fetchone()[0] > 0, f"{table} has no page"
            cursor.execute(
                "SELECT pg_restore_relation_stats('schemaname', 'public', 'relname', %s::text,"
                " 'relpages', 1::int, 'reltuples', %s::real)",
                [table, rows],
            )
            # Autovacuum may have analysed the few rows that other tests have committed.
            cursor.execute(
                "SELECT pg_clear_attribute_stats(schemaname, tablename, attname, inherited) FROM pg_stats"
                " WHERE schemaname = 'public' AND tablename = %s",
                [table],
            )
            cursor.execute(
                "SELECT pg_restore_attribute_stats('schemaname', 'public', 'relname', %s::text, 'attname',"
                " 'project_id', 'inherited', false, 'null_frac', 0::real, 'avg_width', 16, 'n_distinct', 50::real,"
                " 'most_common_vals', %s::text, 'most_common_freqs', '{0.8}'::real[])",
                [table, f"{{{project}}}"],
            )


def receive_last_plan() -> None:
    # psycopg receives the plan of a statement with the next one.
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def walk(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for part in plan.get("Plans", ()):
        yield from walk(part)


def read_from_end_to_end(plans: list[dict[str, Any]]) -> set[tuple[str, str]]:
    return {
        (node["Relation Name"], node.get("Filter", ""))
        for plan in plans
        for node in walk(plan["Plan"])
        if node["Node Type"] == "Seq Scan" and node["Relation Name"] in LARGE
    }


@pytest.fixture
def ids(scenario: Scenario) -> dict[str, Any]:
    verification = factories.verification(scenario, checks="passed", open_regressions=1)
    scenario.client.call("post", f"verifications/{verification.pk}/approve")
    scenario.client.call("post", "reports/export", {"format": "json"})
    scan = Scan.objects.create(project=scenario.project, url="https://example.com/", trigger="manual")
    return {
        "verification": verification.pk,
        "task": verification.task_id,
        "finding": verification.task.finding_id,
        "owner": scenario.owner.pk,
        "scan": scan.pk,
    }


def test_frequent_requests_scan_no_large_table(
    scenario: Scenario, ids: dict[str, Any], plans: list[dict[str, Any]]
):
    fake_table_statistics(scenario)

    for address in ADDRESSES:
        plans.clear()
        response = scenario.client.call("get", address.format(**ids))
        receive_last_plan()

        assert response.status_code == 200, response.content
        assert (address, read_from_end_to_end(plans)) == (address, set())
        assert len(plans) > 0


def test_sequential_scan_is_detected(scenario: Scenario, ids: dict[str, Any], plans: list[dict[str, Any]]):
    fake_table_statistics(scenario)
    plans.clear()

    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM findings_finding WHERE description = 'x' ORDER BY impact LIMIT 5")

    assert {table for table, _ in read_from_end_to_end(plans)} == {"findings_finding"}


def test_check_is_found_by_its_project_too(
    scenario: Scenario, ids: dict[str, Any], plans: list[dict[str, Any]]
):
    # With only the check as a condition, PostgreSQL would read the findings of all projects that have it.
    fake_table_statistics(scenario)
    plans.clear()

    scenario.client.call("get", "findings?check=security_header_csp")
    receive_last_plan()

    [condition, *_] = [
        node["Index Cond"]
        for plan in plans
        for node in walk(plan["Plan"])
        if node.get("Index Name") == "finding_by_check"
    ]
    assert f"{scenario.project.pk} security_header_csp" in condition


@pytest.mark.parametrize("address", ["findings?q=finding", "tasks?q=finding"])
def test_search_computes_no_words(
    scenario: Scenario, ids: dict[str, Any], plans: list[dict[str, Any]], address: str
):
    # normalize() takes 16 microseconds for a row, and frequent words are looked for in thousands.
    fake_table_statistics(scenario)
    plans.clear()

    scenario.client.call("get", address)
    receive_last_plan()

    searched = [json.dumps(plan) for plan in plans if "words" in json.dumps(plan)]
    assert len(searched) > 0
    assert not any("NORMALIZE" in plan.upper() for plan in searched)
