"""Actions, pages and filters of verifications in the admin."""

import pytest
from django.test import Client
from django.utils import timezone
from selectolax.lexbor import LexborHTMLParser

from accounts.models import User
from events.models import Event
from remediation.models import Approval, Verification
from remediation.services import policies, verdicts
from tests import factories, staff
from tests.factories import Scenario, remediation_state
from tests.staff import admin_url, messages_of, run_action

pytestmark = pytest.mark.slow

CLOSED = {"result": "passed", "task": "done", "finding": "resolved", "open regressions": 0}


def test_approve_action_closes_task_and_finding(operator: Client, user: User, scenario: Scenario) -> None:
    verification = factories.verification(scenario, checks="passed", open_regressions=1)

    messages = messages_of(run_action(operator, "approve", verification))

    event = Event.objects.get(name="verification.approved")
    verification.refresh_from_db()
    assert remediation_state(verification) == CLOSED
    assert (event.actor, event.actor_id, verification.verified_by) == ("admin", user.pk, user)
    assert messages == ["Fix it: approved."]


def test_reopen_action_opens_a_regression(operator: Client, scenario: Scenario) -> None:
    verification = factories.verification(scenario, checks="passed")
    run_action(operator, "approve", verification)

    messages = messages_of(run_action(operator, "reopen", verification))

    assert messages == ["Fix it: reopened."]
    assert remediation_state(verification) == {
        "result": "failed", "task": "in_progress", "finding": "in_progress", "open regressions": 1,
    }  # fmt: skip


def test_page_from_before_a_change_of_role_says_that_its_button_is_not_allowed(scenario: Scenario) -> None:
    user = staff.member_of(scenario.organization, "viewer")
    finding, client = factories.finding(scenario), staff.logged_in_client(user)
    page = admin_url(finding, "change", finding.pk)

    response = run_action(client, "triage", finding, _back=page)

    assert response.request["PATH_INFO"] == page
    assert messages_of(response) == ["Your role in this organisation does not allow this."]


def test_superseded_verification_is_not_reopened(operator: Client, scenario: Scenario) -> None:
    task = factories.task(scenario, status="ready_verify")
    older, _ = (factories.verification(scenario, of=task) for _ in range(2))
    page = operator.get(admin_url(older, "change", older.pk))
    before = remediation_state(older)

    messages = messages_of(run_action(operator, "reopen", older))

    reasons = {action.name: action.refusal for action in page.context["buttons"]}
    assert (
        reasons["reopen"]
        == reasons["approve"]
        == "The task has a newer verification. Approve or reopen that one."
    )
    assert messages == [f"Fix it: {reasons['reopen']}"]
    assert remediation_state(older) == before


def test_superseded_verification_links_to_the_newest_that_is_no_guard(
    operator: Client, scenario: Scenario
) -> None:
    task = factories.task(scenario, status="ready_verify")
    older, newer, guard = (factories.verification(scenario, of=task) for _ in range(3))
    Verification.objects.filter(pk=guard.pk).update(trigger="guard")
    Verification.objects.filter(pk=newer.pk).update(superseded=True)

    pages = [operator.get(admin_url(row, "change", row.pk)) for row in (older, newer)]

    assert [page.context["detail"]["newer"] for page in pages] == [newer, None]


def test_approve_action_shows_errors_and_approves_the_others(operator: Client, scenario: Scenario) -> None:
    running = factories.verification(scenario, checks="running", of=factories.task(scenario, title="Running"))
    failed = factories.verification(scenario, checks="failed", of=factories.task(scenario, title="Failed"))
    passed = factories.verification(scenario, checks="passed", of=factories.task(scenario, title="Passed"))
    before = remediation_state(running), remediation_state(failed)

    messages = messages_of(run_action(operator, "approve", running, failed, passed))

    assert messages == [
        "Running: A check of this verification is still running. Approve it when all checks have finished.",
        "Failed: Not every check passed. Fix the problem and run a new verification, or override with a reason.",
        "Passed: approved.",
    ]
    assert (remediation_state(running), remediation_state(failed)) == before
    assert remediation_state(passed) == CLOSED


def test_override_action_says_how_many_approvals_are_given(operator: Client, scenario: Scenario) -> None:
    config = {"approvals": {"high": 2}}
    policies.replace(scenario.project, config=config, name=None, by=scenario.actor)
    verification = factories.verification(scenario, checks="failed")

    messages = messages_of(run_action(operator, "approve_with_override", verification, reason="Accepted."))

    assert messages == ["Fix it: approval recorded, 1 of 2."]


def test_own_approval_is_withdrawn(operator: Client, user: User, scenario: Scenario) -> None:
    policies.replace(scenario.project, config={"approvals": {"high": 2}}, name=None, by=scenario.actor)
    verification = factories.verification(scenario, checks="passed")
    page = admin_url(verification, "change", verification.pk)
    button = 'value="withdraw_approval"'
    before = button in operator.get(page).content.decode()
    run_action(operator, "approve", verification)
    given = button in operator.get(page).content.decode()

    messages = messages_of(run_action(operator, "withdraw_approval", verification))

    after = button in operator.get(page).content.decode()
    assert (before, given, after) == (False, True, False)
    assert messages == ["Fix it: your approval is withdrawn."]
    assert [approval.user for approval in Approval.objects.exclude(withdrawn_at=None)] == [user]
    assert Event.objects.filter(name="verification.approval_withdrawn", actor="admin").count() == 1


def test_manual_review_after_ones_own_approval_shows_no_check_and_one_reason_for_two_buttons(
    operator: Client, scenario: Scenario
) -> None:
    policies.replace(scenario.project, config={"approvals": {"high": 2}}, name=None, by=scenario.actor)
    task = factories.task(scenario, of=factories.finding(scenario, checks=[]))
    verification = factories.verification(scenario, of=task, checks="running")
    run_action(operator, "approve", verification)

    page = operator.get(admin_url(verification, "change", verification.pk)).content.decode()

    tree = LexborHTMLParser(page)
    headings = [heading.text() for heading in tree.css(".k-page > section > h2, .k-page > div h2")]
    reasons = [" ".join(reason.text().split()) for reason in tree.css(".k-reason")]
    assert headings == [task.finding.title, "Manual review"]
    assert reasons == [
        "Approve, Approve with override…: You have approved this verification: the policy requires the approvals of"
        " several people."
    ]


@pytest.mark.parametrize(
    ("required", "refusal"),
    [
        (1, "The verification is approved. Reopen it to take the approval back."),
        (2, "You have no approval of this verification to withdraw."),
    ],
)
def test_approval_that_decided_and_that_of_another_person_are_not_withdrawn(
    required: int, refusal: str, operator: Client, scenario: Scenario
) -> None:
    config = {"approvals": {"high": required}}
    policies.replace(scenario.project, config=config, name=None, by=scenario.actor)
    verification = factories.verification(scenario, checks="passed")
    verdicts.approve(verification.pk, by=scenario.actor)
    before = remediation_state(verification)

    messages = messages_of(run_action(operator, "withdraw_approval", verification))

    assert messages == [f"Fix it: {refusal}"]
    assert remediation_state(verification) == before
    assert not Approval.objects.exclude(withdrawn_at=None).exists()


def test_override_action_requires_a_reason_and_stores_it(operator: Client, scenario: Scenario) -> None:
    verification = factories.verification(scenario, checks="failed")

    confirmation = run_action(operator, "approve_with_override", verification)
    empty = run_action(operator, "approve_with_override", verification, reason=" ")
    undecided = remediation_state(verification)["result"]
    messages = messages_of(
        run_action(operator, "approve_with_override", verification, reason="Accepted until March.")
    )

    verification.refresh_from_db()
    assert 'name="reason"' in confirmation.content.decode()
    assert "This field is required." in empty.content.decode()
    assert undecided == "pending"
    assert messages == ["Fix it: approved."]
    assert verification.override_reason == "Accepted until March."
    assert verification.checks[0]["status"] == "failed"


def test_filters_of_the_review_queue_list_the_verifications_of_each_state(
    operator: Client, scenario: Scenario
) -> None:
    rows = {
        "Ready to approve": factories.verification(scenario, checks="passed"),
        "Running": factories.verification(scenario, checks="running"),
        "Checks failed": factories.verification(scenario, checks="failed"),
        "Inconclusive": factories.verification(scenario, checks="inconclusive"),
    }
    rows["Superseded"] = factories.verification(scenario, checks="failed")
    newer = factories.verification(scenario, of=rows["Superseded"].task, checks="passed")
    rows["Decided"] = verdicts.approve(newer.pk, by=scenario.actor)
    path = admin_url(Verification, "changelist")

    links = operator.get(path).context["quick_filters"][1:]

    shown = {link["label"]: operator.get(path + link["url"]).context["cl"].result_list for link in links}
    assert {label: list(found) for label, found in shown.items()} == {
        label: [row] for label, row in rows.items()
    }
    assert {link["count"] for link in links} == {"1"}


@pytest.mark.parametrize(
    ("result", "label"),
    [("pending", "Guard inconclusive"), ("passed", "Guard passed"), ("failed", "Guard failed")],
)
def test_verification_of_a_guard_window_is_distinguished_from_one_of_a_person(
    operator: Client, scenario: Scenario, result: str, label: str
) -> None:
    row = factories.verification(scenario, checks="inconclusive")
    decided = None if result == "pending" else timezone.now()
    Verification.objects.filter(pk=row.pk).update(trigger="guard", result=result, verified_at=decided)
    path = admin_url(Verification, "changelist")

    shown = operator.get(admin_url(Verification, "change", row.pk)).context["detail"]["state"]
    listed = operator.get(path, {"quick": "decided"}).context["cl"].result_list

    assert (shown, list(listed)) == (label, [])


def test_verifications_are_searched_by_words_of_their_finding(operator: Client, scenario: Scenario) -> None:
    found = factories.verification(scenario, of=factories.task(scenario, title="Send a policy"))
    factories.verification(scenario)

    by_task = operator.get(admin_url(Verification, "changelist"), {"q": "policy"})
    by_finding = operator.get(admin_url(Verification, "changelist"), {"q": found.task.finding.title})

    assert [list(page.context["cl"].result_list) for page in (by_task, by_finding)] == [[found], [found]]
