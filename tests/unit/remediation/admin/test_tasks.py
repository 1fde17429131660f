import html
import re

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Membership
from findings.models import Finding
from remediation.admin.tasks import NOT_A_MEMBER
from remediation.errors import NoDueDate, TaskDone, VerificationInProgress
from remediation.models import Task, Verification
from remediation.services import tasks, verifications
from tests import factories, staff
from tests.factories import Scenario
from tests.staff import admin_url, member_of
from tests.unit.remediation.sla.clock_scenarios import PAUSING, set_policy, set_status

pytestmark = pytest.mark.django_db


def refusals(client: Client, task: Task) -> dict[str, str]:
    """Return the reasons at the buttons of a task's page."""
    buttons = client.get(admin_url(Task, "change", task.pk)).context["buttons"]
    return {button.name: button.refusal for button in buttons if button.refusal}


@pytest.mark.slow
def test_page_of_a_task_says_which_actions_would_change_nothing(scenario: Scenario) -> None:
    user = member_of(scenario.organization, Membership.Role.MEMBER)
    new, own, verified = factories.task(scenario), factories.task(scenario), factories.task(scenario)
    Task.objects.filter(pk=own.pk).update(owner=user, sla_due_at=None)
    verifications.run(scenario.project, task_id=verified.pk, by=scenario.actor)
    in_backlog = {"return_to_backlog": "The task is in the backlog."}

    found = [refusals(staff.logged_in_client(user), task) for task in (new, own, verified)]

    assert found == [
        in_backlog,
        {**in_backlog, "assign_to_me": "You own the task.", "extend_due_date": NoDueDate.message},
        {**in_backlog, "run_verification": VerificationInProgress.message},
    ]


def test_task_is_assigned_to_members_of_its_organisation_alone(scenario: Scenario) -> None:
    assert refusals(staff.logged_in_client(), factories.task(scenario))["assign_to_me"] == NOT_A_MEMBER


def test_done_task_is_verified_again_and_not_changed(scenario: Scenario) -> None:
    found = refusals(staff.logged_in_client(), factories.task(scenario, status="done"))

    assert set(found.values()) == {TaskDone.message}
    assert "run_verification" not in found


@pytest.mark.slow
def test_paused_clock_is_extended_and_not_a_task_without_a_due_date(scenario: Scenario) -> None:
    set_policy(scenario, PAUSING)
    paused, undated = (set_status(scenario, factories.task(scenario), "blocked") for _ in range(2))
    for due_at in (timezone.now(), None):
        tasks.update(undated.pk, changes={"sla_due_at": due_at}, by=scenario.actor)

    found = [refusals(staff.logged_in_client(), task) for task in (paused, undated)]

    assert [refusal.get("extend_due_date", "") for refusal in found] == ["", NoDueDate.message]


def test_task_that_is_added_at_a_finding_has_its_title(scenario: Scenario) -> None:
    finding = factories.finding(scenario, title='Links & "forms" lack names')
    client = staff.logged_in_client()

    page = client.get(admin_url(Finding, "change", finding.pk)).content.decode()
    [link] = re.findall(r'href="([^"]+)">Add task<', page)
    initial = client.get(html.unescape(link)).context["adminform"].form.initial

    assert (initial["finding"], initial["title"]) == (str(finding.pk), finding.title)


def test_override_of_a_manual_review_is_not_needed(scenario: Scenario) -> None:
    task = factories.task(scenario, of=factories.finding(scenario, checks=[]))
    verification = factories.verification(scenario, of=task, checks="running")

    page = staff.logged_in_client().get(admin_url(Verification, "change", verification.pk)).content.decode()

    assert ("Approve it: no override is needed." in page, "Every check passed" in page) == (True, False)
