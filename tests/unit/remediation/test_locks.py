"""The order of locks, read from the SQL statements."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from remediation.services import bulk, tasks, verdicts, verifications
from tests import factories
from tests.factories import Scenario

pytestmark = pytest.mark.django_db

ORDER = ["findings_finding", "remediation_task", "remediation_verification"]


def locked(captured: CaptureQueriesContext) -> list[str]:
    """Return the tables of the locked rows, in the order of the statements."""
    lists = [found[1] for query in captured if (found := re.search(r"FOR UPDATE OF (.+)", query["sql"]))]
    return [table for names in lists for table in re.findall(r'"(\w+)"', names)]


@pytest.mark.parametrize("verdict", [verdicts.approve, verdicts.reopen])
def test_verdict_locks_finding_then_task_then_verification(scenario: Scenario, verdict):
    verification = factories.verification(scenario)

    with CaptureQueriesContext(connection) as captured:
        verdict(verification.pk, by=scenario.actor)

    assert locked(captured) == ORDER


def test_run_locks_finding_then_task_and_the_quota_last(scenario: Scenario):
    task = factories.task(scenario)

    with CaptureQueriesContext(connection) as captured:
        verifications.run(scenario.project, task_id=task.pk, by=scenario.actor)

    assert locked(captured) == ORDER[:2]
    writes = [
        query["sql"] for query in captured if query["sql"].startswith(("INSERT", "UPDATE", "\n    UPDATE"))
    ]
    assert "accounts_quotamonth" in writes[-1]


def test_task_update_locks_the_finding_first(scenario: Scenario):
    task = factories.task(scenario)

    with CaptureQueriesContext(connection) as captured:
        tasks.update(task.pk, changes={"status": "in_progress"}, by=scenario.actor)

    assert locked(captured) == ORDER[:2]


def test_several_rows_are_locked_in_the_order_of_their_ids(scenario: Scenario):
    findings = [factories.finding(scenario) for _ in range(2)]
    items = [{"finding_id": finding.pk, "title": "Fix"} for finding in findings]

    with CaptureQueriesContext(connection) as captured:
        created = tasks.create_many(scenario.project, items, by=scenario.actor)
        bulk.update(
            scenario.project,
            [task.pk for task in created],
            changes={"priority": "high"},
            all_or_nothing=True,
            dry_run=False,
            by=scenario.actor,
        )

    locks = [query["sql"] for query in captured if "FOR UPDATE" in query["sql"]]
    found = [re.search(r'FROM "(\w+)".* ORDER BY (?:1|"\w+"."id") ASC FOR UPDATE$', sql) for sql in locks]
    assert [match and match[1] for match in found] == [ORDER[0], *ORDER[:2]]
