import html
import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from selectolax.lexbor import LexborHTMLParser

from accounts.models import Membership, User
from events.models import Event
from findings.models import Finding
from remediation.admin.tasks import MANUAL_REVIEW_WAITS, NOT_A_MEMBER
from remediation.errors import NoDueDate, TaskDone, VerificationInProgress
from remediation.models import Task, Verification
from remediation.services import tasks, verifications
from tests import factories, staff
from tests.factories import Scenario
from tests.staff import admin_url, member_of, messages_of, run_action
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


def test_task_without_a_check_says_that_a_person_reviews_it(operator: Client, scenario: Scenario) -> None:
    task = factories.task(scenario, of=factories.finding(scenario, checks=[]))

    messages = messages_of(run_action(operator, "run_verification", task))

    listed = operator.get(admin_url(Verification, "changelist")).content.decode()
    assert messages == [
        f"{task.title}: no automatic check covers the finding: review it, then approve or reopen the verification."
    ]
    assert refusals(operator, task)["run_verification"] == MANUAL_REVIEW_WAITS
    assert ("manual review" in listed, "1 running" in listed) == (True, False)


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


def test_task_that_is_added_at_a_finding_has_its_title_and_severity(scenario: Scenario) -> None:
    finding = factories.finding(scenario, title='Links & "forms" lack names', severity="critical")
    client = staff.logged_in_client()

    page = client.get(admin_url(Finding, "change", finding.pk)).content.decode()
    [link] = re.findall(r'href="([^"]+)">Add task<', page)
    is_at_the_top = page.index(">Add task<") < page.index('id="what"')
    factories.task(scenario, of=finding)
    later = client.get(admin_url(Finding, "change", finding.pk)).content.decode()
    initial = client.get(html.unescape(link)).context["adminform"].form.initial

    assert [initial[name] for name in ("finding", "title", "priority")] == [
        str(finding.pk),
        finding.title,
        "critical",
    ]
    assert (is_at_the_top, later.count(">Add task<")) == (True, 1)
    assert later.index(">Add task<") > later.index('id="tasks"')


def test_override_of_a_manual_review_is_not_needed(scenario: Scenario) -> None:
    task = factories.task(scenario, of=factories.finding(scenario, checks=[]))
    verification = factories.verification(scenario, of=task, checks="running")

    page = staff.logged_in_client().get(admin_url(Verification, "change", verification.pk)).content.decode()

    assert ("Approve it: no override is needed." in page, "Every check passed" in page) == (True, False)


def test_form_ignores_a_finding_that_is_no_id(operator: Client) -> None:
    assert operator.get(f"{admin_url(Task, 'add')}?finding=none&title=Kept").status_code == 200


def test_add_form_creates_a_task_with_the_due_date_of_the_policy(
    operator: Client, scenario: Scenario
) -> None:
    finding = factories.finding(scenario, severity="critical")
    form = {
        "finding": finding.pk,
        "title": "Send a policy",
        "priority": "high",
        "sla_due_at_0": "",
        "sla_due_at_1": "",
    }

    response = operator.post(admin_url(Task, "add"), form)

    made = Task.objects.get()
    assert response.status_code == 302
    assert (made.project, made.title, made.priority, made.status) == (
        scenario.project,
        "Send a policy",
        "high",
        "backlog",
    )
    assert 86_000 < (made.sla_due_at - made.created_at).total_seconds() <= 86_400  # type: ignore[operator]
    assert Event.objects.filter(subject_id=made.pk, name="task.created", actor="admin").exists()


def change(operator: Client, task: Task, **changes: Any) -> Any:
    form = {
        "title": task.title,
        "priority": task.priority,
        "owner": task.owner_id or "",
        "sla_due_at_0": f"{task.sla_due_at:%Y-%m-%d}",
        "sla_due_at_1": f"{task.sla_due_at:%H:%M:%S}",
        **changes,
    }
    return operator.post(admin_url(Task, "change", task.pk), form)


def test_change_form_saves_changed_fields_and_never_the_status(operator: Client, scenario: Scenario) -> None:
    task = factories.task(scenario)

    change(
        operator, task, title="Send it", pr_url="https://example.com/pull/1", status="done", result="passed"
    )

    task.refresh_from_db()
    event = Event.objects.get(subject_id=task.pk, name="task.updated")
    assert (task.title, task.pr_url, task.status) == ("Send it", "https://example.com/pull/1", "backlog")
    assert set(event.data["after"]) == {"title", "pr_url"}


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        (
            "pr_url",
            "javascript:alert(1)",
            "Use a URL that begins with http:// or https://, such as https://example.com.",
        ),
        ("owner", "user of another organisation", "This user is not a member of the organisation."),
        ("sla_due_at_0", "1999-01-01", "Use a time between the years 2000 and 2200."),
    ],
)
def test_form_shows_the_errors_of_the_api_at_the_field(
    operator: Client, scenario: Scenario, field: str, value: str, sentence: str
) -> None:
    task = factories.task(scenario)
    value = str(factories.scenario().owner.pk) if value == "user of another organisation" else value

    page = change(operator, task, **{field: value})

    assert page.status_code == 200
    assert [line for lines in page.context["adminform"].form.errors.values() for line in lines] == [sentence]
    assert Task.objects.get().updated_at == task.updated_at


def test_actions_change_task_status_and_the_finding_advances(operator: Client, scenario: Scenario) -> None:
    task, done = factories.task(scenario), factories.task(scenario, title="Done", status="done")

    preview = run_action(operator, "set_ready", task, done).content.decode()
    unchanged = Task.objects.get(pk=task.pk).status
    [message] = messages_of(run_action(operator, "set_ready", task, done, confirmed="1"))

    task.refresh_from_db()
    task.finding.refresh_from_db()
    assert (unchanged, "The finding of a task: New → Ready to verify" in preview) == ("backlog", True)
    assert (task.status, task.finding.status) == ("ready_verify", "ready_verify")
    assert message.startswith(
        "1 task changed, 1 refused: The task is done. Reopen its verification to work on it again. (1)"
    )


def test_action_on_the_page_of_a_task_changes_it_at_once(operator: Client, scenario: Scenario) -> None:
    task = factories.task(scenario)
    here = admin_url(Task, "change", task.pk)

    messages = messages_of(run_action(operator, "set_ready", task, _back=here))

    assert (messages, Task.objects.get(pk=task.pk).status) == (["Fix it: ready to verify."], "ready_verify")


def test_run_verification_action_costs_one_unit_of_quota(operator: Client) -> None:
    scenario = factories.scenario(ai_quota=1)
    first, second = factories.task(scenario, title="First"), factories.task(scenario, title="Second")

    messages = messages_of(run_action(operator, "run_verification", first, second))

    assert messages == [
        "First: a verification is running.",
        "Second: The organisation's quota for this month is used up.",
    ]
    assert Verification.objects.get().task == first


def test_task_page_shows_the_sla_clock(operator: Client, scenario: Scenario) -> None:
    task = factories.task(scenario)

    page = operator.get(admin_url(Task, "change", task.pk)).content.decode()

    assert ("SLA clock" in page, "Counts by the policy." in page, "72 h from" in page) == (True, True, True)


def test_action_form_ties_each_error_to_its_field(operator: Client, scenario: Scenario) -> None:
    task = factories.task(scenario)

    page = run_action(operator, "extend_due_date", task, hours="0", reason="").content.decode()
    described_by = re.findall(r'aria-describedby="([^"]+)"', page)

    assert described_by == ["id_hours_error", "id_reason_error"]
    assert [f'id="{name}"' in page for name in described_by] == [True, True]


def test_several_errors_of_a_field_have_one_id(operator: Client, scenario: Scenario) -> None:
    task = factories.task(scenario)

    page = run_action(operator, "extend_due_date", task, hours="1", reason="a\x00" * 1500).content
    found = LexborHTMLParser(page).css('[id="id_reason_error"]')

    assert [len(element.css("p")) for element in found] == [2]


def test_extension_action_requests_hours_and_a_reason(
    operator: Client, user: User, scenario: Scenario
) -> None:
    task, without = factories.task(scenario), factories.task(scenario, title="Undated", sla_due_at=None)

    form = run_action(operator, "extend_due_date", task).content.decode()
    invalid = run_action(operator, "extend_due_date", task, hours="0", reason="").content.decode()
    unchanged = Task.objects.get(pk=task.pk).sla_due_at
    messages = messages_of(run_action(operator, "extend_due_date", task, without, hours="8", reason="Late."))

    assert ('name="hours"' in form, "This field is required." in invalid, ">Cancel</a>" in form) == (
        True,
    ) * 3
    assert (unchanged, messages) == (
        task.sla_due_at,
        [
            "Fix it: the due date was extended.",
            "Undated: The task has no due date to extend. Set a due date first.",
        ],
    )
    event = Event.objects.get(name="task.due_date_moved")
    assert (event.subject_id, event.actor_id, event.data["reason"]) == (task.pk, user.pk, "Late.")
