"""Tasks are created for the findings that are selected in the list."""

import pytest
from django.test import Client

from accounts.models import Membership
from bulk_changes.models import BulkChange
from findings.models import FindingStatus
from remediation.admin import finding_actions
from remediation.admin.finding_actions import ONE_PROJECT, TOO_MANY
from remediation.models import Task
from tests import factories, staff
from tests.factories import Scenario
from tests.staff import messages_of, run_action

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def test_selected_findings_get_tasks_with_an_owner(operator: Client, scenario: Scenario) -> None:
    findings = [factories.finding(scenario, severity=severity) for severity in ("critical", "low")]

    page = run_action(operator, "create_tasks", *findings)
    before = Task.objects.count()
    done = run_action(operator, "create_tasks", *findings, create_tasks="1", owner=str(scenario.owner.pk))

    assert (page.context["findings"], before) == (2, 0)
    assert messages_of(done)[0].startswith("2 tasks created.")
    assert [
        (task.title, task.priority, task.owner, task.sla_due_at is not None)
        for task in Task.objects.order_by("finding_id")
    ] == [(finding.title, finding.severity, scenario.owner, True) for finding in findings]
    assert BulkChange.objects.get().action == BulkChange.Action.CREATE


def test_undo_deletes_the_created_tasks(operator: Client, scenario: Scenario) -> None:
    run_action(operator, "create_tasks", factories.finding(scenario), create_tasks="1", owner="")

    undone = run_action(operator, "undo", BulkChange.objects.get())

    assert messages_of(undone)[0].strip() == "1 task deleted."
    assert not Task.objects.exists()


def test_owner_is_a_member(operator: Client, scenario: Scenario) -> None:
    stranger = factories.scenario().owner
    finding = factories.finding(scenario)

    page = run_action(operator, "create_tasks", finding, create_tasks="1", owner=str(stranger.pk))

    assert (list(page.context["form"].errors), Task.objects.count()) == (["owner"], 0)


def test_findings_with_an_open_task_or_that_are_not_open_are_skipped(
    operator: Client, scenario: Scenario
) -> None:
    with_task = factories.task(scenario).finding
    resolved = factories.finding(scenario, status=FindingStatus.RESOLVED)

    done = run_action(operator, "create_tasks", with_task, resolved, create_tasks="1", owner="")

    [message] = messages_of(done)
    assert message.strip() == "0 tasks created, 2 findings skipped: not open, or with an open task."
    assert (Task.objects.count(), BulkChange.objects.count()) == (1, 0)


def test_findings_of_two_projects_are_refused(operator: Client, scenario: Scenario) -> None:
    findings = [factories.finding(scenario), factories.finding(factories.scenario())]

    assert messages_of(run_action(operator, "create_tasks", *findings)) == [ONE_PROJECT]


def test_too_many_findings_are_refused(
    operator: Client, scenario: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding_actions, "MAX_FINDINGS", 1)
    findings = [factories.finding(scenario) for _ in range(2)]

    response = run_action(operator, "create_tasks", *findings, create_tasks="1", owner="")

    assert (messages_of(response), Task.objects.count()) == ([TOO_MANY], 0)


def test_viewer_may_not_create_tasks(scenario: Scenario) -> None:
    viewer = staff.logged_in_client(staff.member_of(scenario.organization, Membership.Role.VIEWER))

    run_action(viewer, "create_tasks", factories.finding(scenario), create_tasks="1", owner="")

    assert not Task.objects.exists()
