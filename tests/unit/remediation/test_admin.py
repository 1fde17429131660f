import json
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from selectolax.lexbor import LexborHTMLParser

from accounts.models import User
from events.models import Event
from remediation.evidence.chain import append, keyring
from remediation.models import Approval, Policy, PolicyVersion, Task, Verification
from remediation.services import policies, verdicts
from scanner.evidence_bundle.verification import verify
from tests import factories, staff
from tests.factories import Scenario, remediation_state
from tests.staff import admin_url, messages_of, run_action

pytestmark = pytest.mark.slow

CLOSED = {"result": "passed", "task": "done", "finding": "resolved", "open regressions": 0}


@pytest.fixture
def user(db: None) -> User:
    """Return a superuser without memberships."""
    return staff.superuser()


@pytest.fixture
def operator(user: User) -> Client:
    """Return a client that is logged in as this user."""
    return staff.logged_in_client(user)


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


def test_form_ignores_a_finding_that_is_no_id(operator: Client) -> None:
    assert operator.get(f"{admin_url(Task, 'add')}?finding=none&title=Kept").status_code == 200


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


def test_page_of_a_verification_shows_its_evidence_and_verifies_the_hash(
    operator: Client, scenario: Scenario
) -> None:
    verification = factories.verification(scenario)
    link = append(verification, "security_header_csp", {"sha256": "abc <script>"})
    page = operator.get(admin_url(Verification, "change", verification.pk))
    [inline] = page.context["inline_admin_formsets"]
    intact_before = inline.opts.intact(link)

    link.body = link.body.replace("abc", "abd")

    assert "abc &lt;script&gt;" in page.content.decode()
    assert (intact_before, inline.opts.intact(link)) == (True, False)


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
    assert set(event.data["now"]) == {"title", "pr_url"}


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("pr_url", "javascript:alert(1)", "Use an http or https URL."),
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


def test_policy_form_replaces_the_config_with_its_key_order(
    operator: Client, user: User, scenario: Scenario
) -> None:
    policy = policies.current(scenario.project)
    config = '{"sla_hours": {"low": 1, "high": 2}, "alert_routing": {}}'
    inline = {"versions-TOTAL_FORMS": "0", "versions-INITIAL_FORMS": "0"}

    operator.post(admin_url(Policy, "change", policy.pk), {"name": "Ours", "config": config, **inline})

    policy.refresh_from_db()
    kept = PolicyVersion.objects.get()
    assert (policy.name, json.dumps(policy.config), policy.version) == ("Ours", config, 2)
    assert (kept.version, kept.name, kept.replaced_by) == (1, "Default Audit Policy", user)


@pytest.mark.parametrize("config", ["[1]", "{", "null", ""])
def test_policy_config_must_be_an_object(operator: Client, scenario: Scenario, config: str) -> None:
    policy = policies.current(scenario.project)
    inline = {"versions-TOTAL_FORMS": "0", "versions-INITIAL_FORMS": "0"}

    page = operator.post(admin_url(Policy, "change", policy.pk), {"name": "Ours", "config": config, **inline})

    assert page.status_code == 200
    assert Policy.objects.get().version == 1


def test_policy_test_action_changes_nothing(operator: Client, scenario: Scenario) -> None:
    factories.finding(scenario, severity="critical")
    policy = policies.current(scenario.project)

    messages = messages_of(run_action(operator, "test", policy))

    assert messages == ["Default Audit Policy: 1 finding, 1 of them critical."]
    assert not PolicyVersion.objects.exists()


def page_of(operator: Client, verification: Verification) -> str:
    response = operator.get(reverse("admin:remediation_verification_evidence", args=[verification.pk]))
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def test_evidence_page_shows_checks_and_verdicts(operator: Client, scenario: Scenario) -> None:
    verification = factories.verification(scenario, checks="failed")
    seen = {
        "detail": "No policy is sent.",
        "address": "192.0.2.7",
        "status": 200,
        "headers": {"server": "<nginx>"},
    }
    pages = [{"url": "https://example.com/", "status": "failed", "evidence": seen}]
    append(
        verification,
        "security_header_csp",
        {"outcome": "failed", "before": "failed", "after": "failed", "pages": pages},
    )
    verdicts.approve(verification.pk, by=scenario.actor, override_reason="Accepted until March.")

    page = page_of(operator, verification)

    for words in (
        "failed: No policy is sent.",
        "Status 200 from 192.0.2.7",
        "server: &lt;nginx&gt;",
        "Reason for the override: Accepted until March.",
        f"by {scenario.owner.email}, based on 1 link",
        "The result is passed, as in the links.",
        "The bundle is signed by a trusted key: the key test",
    ):
        assert words in page


def test_evidence_page_shows_unexpected_content_as_json(
    operator: Client, scenario: Scenario, settings: Any
) -> None:
    settings.KRAFTER_SIGNING_KEYS = ""
    verification = factories.verification(scenario)
    append(
        verification,
        "security_header_csp",
        {"pages": [5, {"evidence": {"headers": 3, "faults": "x"}}], "answered_by": 7},
    )

    page = page_of(operator, verification)

    assert "has no signing key" in page
    assert "&quot;faults&quot;: &quot;x&quot;" in page


def test_bundle_download_requires_view_permission(
    operator: Client, scenario: Scenario, client: Client
) -> None:
    verification = factories.verification(scenario)
    append(verification, "security_header_csp", {"after": "passed"})
    path = reverse("admin:remediation_verification_bundle", args=[verification.pk])

    response = operator.get(path)

    assert [
        line.word
        for line in verify(response.content, list(keyring().public.values()))
        if line.word == "invalid"
    ] == []
    assert response["content-disposition"] == f'attachment; filename="evidence-{verification.pk}.json"'
    assert client.get(path).status_code == 302


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
            "Undated: The task has no due date to extend. Set one by sla_due_at.",
        ],
    )
    event = Event.objects.get(name="task.due_date_moved")
    assert (event.subject_id, event.actor_id, event.data["reason"]) == (task.pk, user.pk, "Late.")


def test_policy_form_says_which_parts_are_ignored(operator: Client, scenario: Scenario) -> None:
    policy = policies.current(scenario.project)
    inline = {"versions-TOTAL_FORMS": "0", "versions-INITIAL_FORMS": "0"}
    body = {"name": "Ours", "config": '{"sla": {"warnings": ["soon"]}}', **inline}

    page = operator.post(admin_url(Policy, "change", policy.pk), body, follow=True)

    assert any("sla.warnings is ignored in part" in line for line in messages_of(page))
