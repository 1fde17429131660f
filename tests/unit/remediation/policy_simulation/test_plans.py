"""A plan is applied exactly as it was simulated, or rejected."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from events.models import Event
from events.totals import counters
from findings.models import Finding
from findings.services import triage
from remediation.models import Policy, Task
from remediation.services import tasks
from tests import factories
from tests.factories import Scenario

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

STRICT = {"severity_rules": {"security": "critical"}, "sla_hours": {"critical": 12, "low": 500}}


def plan(scenario: Scenario, config: dict[str, Any]) -> tuple[dict[str, Any], str]:
    """Simulate a config; return the changes and the token."""
    answer = scenario.client.call("post", "policies/test?simulate=true", {"config": config}).json()["data"]
    return answer["simulation"], answer["plan_token"]


def put(scenario: Scenario, config: dict[str, Any], token: str | None) -> Any:
    body = {"config": config, "plan_token": token} if token else {"config": config}
    return scenario.client.call("put", "policies/current", body)


def hours(task: Task) -> float | None:
    task.refresh_from_db()
    return (
        None
        if task.sla_due_at is None
        else round((task.sla_due_at - task.created_at).total_seconds() / 3600, 3)
    )


def stored_state(scenario: Scenario) -> Any:
    """Return all values that a plan may change."""
    findings = list(
        Finding.objects.order_by("id").values("id", "severity", "impact", "risk", "score", "updated_at")
    )
    due = list(Task.objects.order_by("id").values("id", "sla_due_at", "updated_at"))
    return findings, due, Policy.objects.values().get(), Event.objects.count()


def test_applied_plan_equals_its_simulation(scenario: Scenario):
    mine = factories.task(scenario, of=factories.finding(scenario, severity="high"))
    seo = factories.task(scenario, of=factories.finding(scenario, severity="low", domain="seo"))
    done = factories.task(
        scenario, of=factories.finding(scenario, severity="low", domain="seo"), status="done"
    )
    gone = factories.finding(scenario, severity="low", status="dismissed")
    preview, token = plan(scenario, STRICT)

    response = put(scenario, STRICT, token)

    assert preview["severities"] == [{"from": "high", "to": "critical", "findings": 1}]
    assert preview["tasks"] == {"moved": 2, "added": 0, "removed": 0, "overdue_at_once": 0}
    assert response.status_code == 200
    assert (hours(mine), hours(seo), hours(done)) == (12, 500, 336)
    finding = Finding.objects.get(pk=mine.finding_id)
    assert (finding.severity, finding.impact, finding.risk, finding.score) == ("critical", 95, 95, 81)
    gone.refresh_from_db()
    assert (gone.severity, Policy.objects.get().config) == ("low", STRICT)


def test_each_change_of_a_plan_is_logged(scenario: Scenario):
    task = factories.task(scenario, of=factories.finding(scenario, severity="high"))
    put(scenario, STRICT, plan(scenario, STRICT)[1])

    changed = {
        event.name: (event.actor_id, event.data)
        for event in Event.objects.filter(
            subject_id__in=[task.pk, task.finding_id], name__endswith=".updated"
        )
    }
    assert changed["finding.updated"] == (
        scenario.owner.pk, {"before": {"severity": "high"}, "after": {"severity": "critical"}, "policy_version": 2},
    )  # fmt: skip
    assert changed["task.updated"][1]["policy_version"] == 2
    assert Event.objects.get(name="policy.replaced").data == {"version": 2, "planned": True}


def test_channel_that_is_named_twice_gets_each_alert_once(scenario: Scenario):
    factories.finding(scenario, severity="high")

    preview, _ = plan(scenario, {"alert_routing": {"high": ["email", "email", "pager"], "low": ["slack"]}})

    assert preview["alerts"] == {"email": 1}


def test_counters_follow_a_plan(scenario: Scenario):
    for _ in range(3):
        factories.finding(scenario, severity="high")

    put(scenario, STRICT, plan(scenario, STRICT)[1])

    assert counters.count(scenario.project.pk, "finding", {"severity": ["critical"]}) == 3


def test_unchanged_config_changes_nothing(scenario: Scenario):
    config = scenario.client.call("get", "policies/current").json()["data"]["config"] | {"severity_rules": {}}
    factories.task(scenario)

    preview, _ = plan(scenario, config)

    assert preview["severities"] == []
    assert preview["tasks"] == {"moved": 0, "added": 0, "removed": 0, "overdue_at_once": 0}


def test_put_without_plan_changes_no_existing_rows(scenario: Scenario):
    task = factories.task(scenario, of=factories.finding(scenario, severity="high"))

    put(scenario, STRICT, None)

    assert (hours(task), Finding.objects.get().severity) == (72, "high")


def test_due_dates_set_by_people_stay(scenario: Scenario):
    chosen = timezone.now() + timedelta(days=100)
    high = [factories.finding(scenario, severity="high") for _ in range(4)]
    by_hand = factories.task(scenario, of=high[0], sla_due_at=chosen)
    none = factories.task(scenario, of=high[1], sla_due_at=None)
    later = factories.task(scenario, of=high[2])
    tasks.update(later.pk, changes={"sla_due_at": chosen}, by=scenario.actor)
    policys = factories.task(scenario, of=high[3])

    preview, token = plan(scenario, STRICT)
    put(scenario, STRICT, token)

    assert preview["tasks"]["moved"] == 1
    assert (hours(policys), hours(none)) == (12, None)
    assert {by_hand.sla_due_at, Task.objects.get(pk=later.pk).sla_due_at} == {chosen}


def test_plan_sets_lifts_and_moves_due_dates(scenario: Scenario):
    put(scenario, {"sla_hours": {"high": 72}}, None)
    removed = factories.task(scenario, of=factories.finding(scenario, severity="high"))
    added = factories.task(scenario, of=factories.finding(scenario, severity="low"))
    Task.objects.filter(pk=added.pk).update(created_at=timezone.now() - timedelta(hours=3))

    preview, token = plan(scenario, {"sla_hours": {"low": 2}})
    put(scenario, {"sla_hours": {"low": 2}}, token)

    assert preview["tasks"] == {"moved": 0, "added": 1, "removed": 1, "overdue_at_once": 1}
    assert (hours(removed), hours(added)) == (None, 2)


def another_finding(scenario: Scenario, task: Task) -> None:
    factories.finding(scenario, severity="low")


def another_severity(scenario: Scenario, task: Task) -> None:
    triage.update(task.finding_id, changes={"severity": "medium"}, by=scenario.actor)


def dismissed(scenario: Scenario, task: Task) -> None:
    triage.update(task.finding_id, changes={"status": "dismissed"}, by=scenario.actor)


def another_date(scenario: Scenario, task: Task) -> None:
    tasks.update(task.pk, changes={"sla_due_at": timezone.now()}, by=scenario.actor)


def another_task(scenario: Scenario, task: Task) -> None:
    factories.task(scenario, of=task.finding)


def another_policy(scenario: Scenario, task: Task) -> None:
    put(scenario, {"a": 1}, None)


@pytest.mark.parametrize(
    "move_on", [another_finding, another_severity, dismissed, another_date, another_task, another_policy]
)
def test_plan_is_rejected_when_data_has_changed(scenario: Scenario, move_on: Any):
    task = factories.task(scenario, of=factories.finding(scenario, severity="high"))
    _, token = plan(scenario, STRICT)
    move_on(scenario, task)
    before = stored_state(scenario)

    response = put(scenario, STRICT, token)

    assert (response.status_code, response.json()["error"]["code"]) == (409, "plan_outdated")
    assert stored_state(scenario) == before


def test_changes_of_rows_outside_the_plan_are_accepted(scenario: Scenario):
    factories.task(scenario, of=factories.finding(scenario, severity="high"))
    _, token = plan(scenario, STRICT)
    factories.finding(scenario, severity="critical")
    factories.finding(scenario, severity="low", domain="seo")

    assert put(scenario, STRICT, token).status_code == 200


def test_rows_of_another_project_are_not_affected(scenario: Scenario):
    other = factories.scenario()
    theirs = factories.task(other, of=factories.finding(other, severity="high"))

    preview, token = plan(scenario, STRICT)
    put(scenario, STRICT, token)

    assert (preview["severities"], preview["tasks"]["moved"]) == ([], 0)
    assert (hours(theirs), Finding.objects.get(pk=theirs.finding_id).severity) == (72, "high")


def test_custom_priority_stays(scenario: Scenario):
    finding = factories.finding(scenario, severity="high", priority={"impact": 10, "risk": 10})

    put(scenario, STRICT, plan(scenario, STRICT)[1])

    after = Finding.objects.get(pk=finding.pk)
    assert (after.severity, after.impact, after.risk) == ("critical", 10, 10)


@pytest.mark.usefixtures("mid_minute_clock")  # the API key is cached for seconds
def test_plan_costs_the_same_number_of_queries_for_any_number_of_rows(scenario: Scenario):
    def cost(rows: int) -> int:
        for _ in range(rows):
            factories.task(scenario, of=factories.finding(scenario, severity="high"))
        with CaptureQueriesContext(connection) as captured:
            _, token = plan(scenario, STRICT)
            assert put(scenario, STRICT, token).status_code == 200
        return len(captured)

    cost(1)  # the API key is cached and the policy exists afterwards

    assert cost(1) == cost(9)
