"""Approvals of several people, by the policy."""

import json
from typing import Any

import pytest

from accounts import services as accounts
from accounts.actors import SYSTEM, Actor
from accounts.models import Membership, User
from events.models import Event
from remediation import approval_rules, errors
from remediation.approval_rules import ApprovalRule
from remediation.models import Approval, Evidence, Verification
from remediation.services import approvals, tasks, verdicts
from tests import factories
from tests.factories import Scenario, remediation_state
from tests.unit.remediation.services.approvers import person, set_rule

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def test_approval_below_the_number_is_recorded_and_closes_nothing(scenario: Scenario) -> None:
    set_rule(scenario, high=2)
    first, task = person(scenario), factories.task(scenario)
    # Without `not_author`, the author's approval counts.
    tasks.update(task.pk, changes={"status": "ready_verify"}, by=first)
    verification = factories.verification(scenario, of=task)
    before = remediation_state(verification)

    verdicts.approve(verification.pk, by=first)

    assert remediation_state(verification) == before
    assert list(approvals.active_approvals(verification).values_list("user", flat=True)) == [first.user_id]
    logged = Event.objects.get(name="verification.approval_recorded", subject_id=verification.pk)
    assert (logged.data["approvals"], logged.data["required"]) == (1, 2)


def test_approval_that_completes_the_number_closes_everything(scenario: Scenario) -> None:
    set_rule(scenario, high=2)
    verification = factories.verification(scenario, open_regressions=1)
    people = [person(scenario), person(scenario)]

    for member in people:
        verdicts.approve(verification.pk, by=member)

    assert remediation_state(verification) == {
        "result": "passed", "task": "done", "finding": "resolved", "open regressions": 0,
    }  # fmt: skip
    verdict = json.loads(Evidence.objects.get(kind="verdict").body)
    assert [approval["user_id"] for approval in verdict["approvals"]] == [
        str(member.user_id) for member in people
    ]


def test_rule_of_another_project_requires_nothing(scenario: Scenario) -> None:
    set_rule(factories.scenario(), high=2)
    verification = factories.verification(scenario)

    verdicts.approve(verification.pk, by=person(scenario))

    assert remediation_state(verification)["result"] == "passed"


def test_same_person_cannot_approve_twice(scenario: Scenario) -> None:
    set_rule(scenario, high=2)
    verification = factories.verification(scenario)
    first = person(scenario)
    verdicts.approve(verification.pk, by=first)

    with pytest.raises(errors.AlreadyApproved):
        verdicts.approve(verification.pk, by=first)
    assert Approval.objects.count() == 1


def test_earlier_approval_is_no_obstacle_once_the_policy_requires_one_alone(scenario: Scenario) -> None:
    set_rule(scenario, high=2)
    verification, first = factories.verification(scenario), person(scenario)
    verdicts.approve(verification.pk, by=first)
    refusals = [verdicts.approval_refusal(verification, by=first.user_id)]
    set_rule(scenario)
    verification.refresh_from_db()

    refusals.append(verdicts.approval_refusal(verification, by=first.user_id))
    approved = verdicts.approve(verification.pk, by=first)

    assert refusals == [errors.AlreadyApproved.message, ""]
    assert (approved.result, Approval.objects.count()) == ("passed", 1)
    assert "approvals" not in json.loads(Evidence.objects.get(kind="verdict").body)


def test_key_without_a_user_cannot_approve(scenario: Scenario) -> None:
    set_rule(scenario, high=2)
    verification = factories.verification(scenario)

    with pytest.raises(errors.ApprovalRequiresUser):
        verdicts.approve(verification.pk, by=SYSTEM)
    assert not Approval.objects.exists()


def test_person_who_last_set_the_task_ready_may_not_approve(scenario: Scenario) -> None:
    set_rule(scenario, not_author=True)
    task = factories.task(scenario)
    author, other = person(scenario), person(scenario)
    for status, by in (("ready_verify", other), ("in_progress", other), ("ready_verify", author)):
        tasks.update(task.pk, changes={"status": status}, by=by)
    tasks.update(factories.task(scenario).pk, changes={"status": "ready_verify"}, by=other)
    verification = factories.verification(scenario, of=task)

    with pytest.raises(errors.AuthorMayNotApprove):
        verdicts.approve(verification.pk, by=author)
    verdicts.approve(verification.pk, by=other)

    assert remediation_state(verification)["task"] == "done"


def test_person_who_created_the_task_as_ready_may_not_approve(scenario: Scenario) -> None:
    set_rule(scenario, not_author=True)
    author = person(scenario)
    task = tasks.create(
        scenario.project,
        finding_id=factories.finding(scenario).pk,
        title="Fix it",
        status="ready_verify",
        by=author,
    )
    verification = factories.verification(scenario, of=task)

    with pytest.raises(errors.AuthorMayNotApprove):
        verdicts.approve(verification.pk, by=author)
    assert not Approval.objects.exists()


def test_withdrawn_approval_does_not_count_and_can_be_given_again(scenario: Scenario) -> None:
    set_rule(scenario, high=2)
    verification = factories.verification(scenario)
    first, second = person(scenario), person(scenario)
    verdicts.approve(verification.pk, by=first)

    approvals.withdraw(verification.pk, project=scenario.project, by=first)
    verdicts.approve(verification.pk, by=second)
    pending = Verification.objects.get(pk=verification.pk).result
    verdicts.approve(verification.pk, by=first)

    assert pending == "pending"
    assert remediation_state(verification)["result"] == "passed"
    logged = Event.objects.get(name="verification.approval_withdrawn", subject_id=verification.pk)
    assert logged.actor_id == first.user_id


def test_approval_of_a_removed_or_inactive_member_does_not_count(scenario: Scenario) -> None:
    set_rule(scenario, high=2)
    verification = factories.verification(scenario)
    before = remediation_state(verification)
    removed, inactive, second, third = (person(scenario) for _ in range(4))
    verdicts.approve(verification.pk, by=removed)
    # A member of another organisation now.
    Membership.objects.filter(user=removed.user_id).update(organization=factories.scenario().organization)
    verdicts.approve(verification.pk, by=inactive)
    User.objects.filter(pk=inactive.user_id).update(is_active=False)

    verdicts.approve(verification.pk, by=second)
    between = (remediation_state(verification), approvals.state_of(verification)["given"])
    verdicts.approve(verification.pk, by=third)

    assert between == (before, 1)
    verdict = json.loads(Evidence.objects.get(kind="verdict").body)
    assert [approval["user_id"] for approval in verdict["approvals"]] == [
        str(second.user_id),
        str(third.user_id),
    ]


def test_approval_of_a_member_who_became_a_viewer_does_not_count(scenario: Scenario) -> None:
    set_rule(scenario, high=2)
    verification = factories.verification(scenario)
    first, second = person(scenario), person(scenario)
    verdicts.approve(verification.pk, by=first)
    Membership.objects.filter(user=first.user_id).update(role="viewer")

    verdicts.approve(verification.pk, by=second)
    given = approvals.state_of(verification)["given"]
    Membership.objects.filter(user=first.user_id).update(role="member")

    assert (remediation_state(verification)["result"], given) == ("pending", 1)
    assert approvals.state_of(verification)["given"] == 2


def test_approval_of_a_superuser_counts_without_a_membership(scenario: Scenario) -> None:
    set_rule(scenario, high=2)
    verification = factories.verification(scenario)
    superuser = User.objects.create_superuser("root@example.com", "correct horse battery")
    verdicts.approve(verification.pk, by=Actor("admin", superuser.pk))

    approved = verdicts.approve(verification.pk, by=person(scenario))

    assert approved.result == "passed"


def test_approval_from_before_a_member_was_removed_does_not_count_after_their_return(
    scenario: Scenario,
) -> None:
    set_rule(scenario, high=2)
    verification = factories.verification(scenario)
    first, second = person(scenario), person(scenario)
    verdicts.approve(verification.pk, by=first)
    membership = Membership.objects.get(user=first.user_id)
    accounts.remove_member(membership, by=SYSTEM)
    accounts.invite_member(scenario.organization, email=membership.user.email, role="member", by=SYSTEM)

    verdicts.approve(verification.pk, by=second)
    between = remediation_state(verification)["result"]
    verdicts.approve(verification.pk, by=first)

    assert between == "pending"
    verdict = json.loads(Evidence.objects.get(kind="verdict").body)
    assert [approval["user_id"] for approval in verdict["approvals"]] == [
        str(second.user_id),
        str(first.user_id),
    ]


def test_approval_of_a_person_who_becomes_the_author_later_does_not_count(scenario: Scenario) -> None:
    set_rule(scenario, high=2, not_author=True)
    task = factories.task(scenario)
    author, helper, third = (person(scenario) for _ in range(3))
    tasks.update(task.pk, changes={"status": "ready_verify"}, by=author)
    verification = factories.verification(scenario, of=task)
    verdicts.approve(verification.pk, by=helper)
    for status in ("in_progress", "ready_verify"):
        tasks.update(task.pk, changes={"status": status}, by=helper)

    verdicts.approve(verification.pk, by=third)
    state = approvals.state_of(verification)

    assert (remediation_state(verification)["result"], state["given"]) == ("pending", 1)
    with pytest.raises(errors.AuthorMayNotApprove):
        verdicts.approve(verification.pk, by=helper)


def test_approval_of_an_approved_verification_is_not_withdrawn(scenario: Scenario) -> None:
    set_rule(scenario, high=2)
    verification = factories.verification(scenario)
    people = [person(scenario), person(scenario)]
    for member in people:
        verdicts.approve(verification.pk, by=member)

    with pytest.raises(errors.VerificationApproved):
        approvals.withdraw(verification.pk, project=scenario.project, by=people[0])
    assert approvals.active_approvals(verification).count() == 2


def test_only_ones_own_approval_can_be_withdrawn(scenario: Scenario) -> None:
    set_rule(scenario, high=3)
    verification = factories.verification(scenario)
    verdicts.approve(verification.pk, by=person(scenario))

    with pytest.raises(errors.ApprovalNotFound):
        approvals.withdraw(verification.pk, project=scenario.project, by=person(scenario))
    assert approvals.active_approvals(verification).count() == 1


def test_key_without_a_user_withdraws_no_approval_of_a_deleted_person(scenario: Scenario) -> None:
    set_rule(scenario, high=3)
    verification, helper = factories.verification(scenario), person(scenario)
    verdicts.approve(verification.pk, by=helper)
    User.objects.get(pk=helper.user_id).delete()

    with pytest.raises(errors.ApprovalNotFound):
        approvals.withdraw(verification.pk, project=scenario.project, by=Actor("api_key", None))
    assert not Approval.objects.exclude(withdrawn_at=None).exists()


def test_refusal_of_a_withdrawal_is_known_beforehand(scenario: Scenario) -> None:
    set_rule(scenario, high=2)
    verification, first, second = factories.verification(scenario), person(scenario), person(scenario)

    def refusals() -> list[str]:
        verification.refresh_from_db()
        return [approvals.withdrawal_refusal(verification, by=member.user_id) for member in (first, second)]

    verdicts.approve(verification.pk, by=first)
    undecided = refusals()
    verdicts.approve(verification.pk, by=second)

    assert undecided == ["", errors.ApprovalNotFound.message]
    assert refusals() == [errors.VerificationApproved.message] * 2


def test_approvals_of_a_decided_verification_count_after_a_person_has_left(scenario: Scenario) -> None:
    set_rule(scenario, high=2)
    verification, people = factories.verification(scenario), [person(scenario), person(scenario)]
    for member in people:
        verdicts.approve(verification.pk, by=member)
    Approval.objects.filter(user=people[1].user_id).update(created_at="2026-01-01T00:00:00Z")
    accounts.remove_member(Membership.objects.get(user=people[0].user_id), by=SYSTEM)
    verification.refresh_from_db()

    oldest_first = [approval.user_id for approval in approvals.active_approvals(verification)]

    assert approvals.state_of(verification)["given"] == 2
    assert oldest_first == [people[1].user_id, people[0].user_id]


def test_approvals_are_read_in_the_api(scenario: Scenario) -> None:
    set_rule(scenario, high=2, not_author=True)
    verification = factories.verification(scenario)

    approved = scenario.client.call("post", f"verifications/{verification.pk}/approve")
    state = scenario.client.call("get", f"verifications/{verification.pk}/approvals").json()["data"]
    withdrawn = scenario.client.call("post", f"verifications/{verification.pk}/withdraw-approval")

    assert (approved.status_code, approved.json()["data"]["result"]) == (200, "pending")
    assert (state["required"], state["not_author"], state["given"]) == (2, True, 1)
    assert state["approvals"][0]["withdrawn_at"] is None
    assert withdrawn.json()["data"]["given"] == 0


@pytest.mark.parametrize(
    ("section", "rule"),
    [
        (None, ApprovalRule()),
        ([], ApprovalRule()),
        ({"critical": 3}, ApprovalRule()),
        ({"high": 2}, ApprovalRule(2)),
        ({"high": 10}, ApprovalRule(10)),
        ({"high": 0}, ApprovalRule()),
        ({"high": 11}, ApprovalRule()),
        ({"high": True, "not_author": 1}, ApprovalRule()),
        ({"high": "2", "not_author": True}, ApprovalRule(1, not_author=True)),
    ],
)
def test_invalid_parts_of_the_rule_are_ignored(section: Any, rule: ApprovalRule) -> None:
    assert approval_rules.rule_for({"approvals": section}, "high") == rule
