"""Actions on many rows in the admin: a preview, the change, one message, and its undo."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from accounts.models import Membership
from bulk_changes.models import BulkChange
from findings.models import Finding
from findings.services import triage
from remediation.models import Task
from tests import factories, staff
from tests.factories import Scenario
from tests.staff import admin_url, messages_of, run_action

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
NOON = datetime(2031, 1, 1, 12, tzinfo=UTC)


def post_list(client: Client, model: Any, action: str, query: str = "", **more: Any) -> Any:
    """Run an action on all rows that match the filters of a list."""
    data = {"action": action, "index": "0", "select_across": "1", "_selected_action": ["x"], **more}
    data["_selected_action"] = [str(model.objects.values_list("pk", flat=True).first())]
    return client.post(admin_url(model, "changelist") + query, data, follow=True)


def press_undo(client: Client, response: Any) -> Any:
    """Send the form of the message on the page."""
    [message] = messages_of(response)
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', message))
    return client.post(admin_url(BulkChange, "changelist"), fields, follow=True)


def test_all_that_match_are_previewed_changed_and_undone(operator: Client, scenario: Scenario):
    for severity in ("low", "low", "high"):
        factories.finding(scenario, severity=severity)
    query = "?severity__exact=low"

    preview = post_list(operator, Finding, "dismiss", query, reason="wont_fix")
    before = Finding.objects.filter(status="dismissed").count()
    seen_at = preview.context["seen_at"]
    done = post_list(operator, Finding, "dismiss", query, confirmed="1", seen_at=seen_at, reason="wont_fix")
    changed = list(Finding.objects.filter(status="dismissed").values_list("severity", flat=True))
    undone = press_undo(operator, done)

    assert (preview.context["effects"], before) == ([("Status", "New", "Dismissed", 2)], 0)
    assert (messages_of(done)[0].split(".")[0], changed) == ("2 findings changed", ["low", "low"])
    assert done.redirect_chain == [(admin_url(Finding, "changelist") + query, 302)]
    assert messages_of(undone)[0].startswith("2 findings restored.")
    assert set(Finding.objects.values_list("status", flat=True)) == {"new"}


def test_rows_that_appear_or_change_after_the_preview_are_not_changed(operator: Client, scenario: Scenario):
    moved = factories.finding(scenario)
    seen_at = post_list(operator, Finding, "dismiss", reason="wont_fix").context["seen_at"]
    triage.update(moved.pk, changes={"title": "Another title"}, by=scenario.actor)
    factories.finding(scenario)

    done = post_list(operator, Finding, "dismiss", confirmed="1", seen_at=seen_at, reason="wont_fix")

    assert messages_of(done) == ["0 findings changed, 2 refused: It has changed since the preview. (2)\n\n"]
    assert set(Finding.objects.values_list("status", flat=True)) == {"new"}


def test_rows_of_several_projects_are_changed_and_undone_together(operator: Client, scenario: Scenario):
    rows = [factories.finding(scenario), factories.finding(factories.scenario())]

    done = run_action(operator, "triage", *rows, confirmed="1")
    statuses = set(Finding.objects.values_list("status", flat=True))
    message = messages_of(done)[0]
    ids = re.findall(r'name="_selected_action" value="([^"]*)"', message)
    undone = operator.post(
        admin_url(BulkChange, "changelist"), {"action": "undo", "_selected_action": ids}, follow=True
    )

    assert (statuses, len(ids)) == ({"triaged"}, 2)
    assert messages_of(undone)[0].startswith("2 findings restored.")
    assert set(Finding.objects.values_list("status", flat=True)) == {"new"}


def test_viewer_can_neither_change_nor_undo(scenario: Scenario):
    finding = factories.finding(scenario)
    done = run_action(staff.logged_in_client(), "dismiss", finding, confirmed="1", reason="wont_fix")
    viewer = staff.logged_in_client(staff.member_of(scenario.organization, Membership.Role.VIEWER))

    page = press_undo(viewer, done)
    run_action(viewer, "triage", finding, confirmed="1")

    assert Finding.objects.get(pk=finding.pk).status == "dismissed"
    assert BulkChange.objects.count() == 1
    assert page.status_code == 200


def test_bulk_change_of_another_organisation_is_not_undone(scenario: Scenario):
    finding = factories.finding(scenario)
    done = run_action(staff.logged_in_client(), "dismiss", finding, confirmed="1", reason="wont_fix")
    other_owner = staff.logged_in_client(staff.member_of(factories.scenario().organization, "owner"))

    press_undo(other_owner, done)

    assert Finding.objects.get(pk=finding.pk).status == "dismissed"


def test_values_are_set_by_a_form_with_a_preview(operator: Client, scenario: Scenario):
    task = factories.task(scenario)
    values = {"set_values": "1", "status": "blocked", "priority": "low", "owner": str(scenario.owner.pk)}

    form = run_action(operator, "set_values", task)
    empty = run_action(operator, "set_values", task, set_values="1")
    preview = run_action(operator, "set_values", task, **values)
    sent = dict(preview.context["sent"])
    done = run_action(operator, "set_values", task, **sent, confirmed="1")

    task.refresh_from_db()
    assert "Set in 1 task" in form.content.decode()
    assert "Choose at least one value." in empty.content.decode()
    assert {field: after for field, _, after, _ in preview.context["effects"]} == {
        "Status": "Blocked", "Priority": "Low", "Owner": str(scenario.owner),
    }  # fmt: skip
    assert messages_of(done)[0].startswith("1 task changed.")
    assert (task.status, task.priority, task.owner) == ("blocked", "low", scenario.owner)


def test_due_date_of_many_tasks_is_set_and_undone(operator: Client, scenario: Scenario):
    task = factories.task(scenario)
    Task.objects.filter(pk=task.pk).update(sla_due_at=NOON, sla_from_policy=True)
    values = {"set_values": "1", "sla_due_at": "2031-02-03T10:30"}

    preview = run_action(operator, "set_values", task, **values)
    done = run_action(operator, "set_values", task, **dict(preview.context["sent"]), confirmed="1")
    task.refresh_from_db()
    changed = task.sla_due_at, task.sla_from_policy
    press_undo(operator, done)

    task.refresh_from_db()
    assert [field for field, *_ in preview.context["effects"]] == ["Due"]
    assert changed == (datetime(2031, 2, 3, 10, 30, tzinfo=UTC), False)
    assert (task.sla_due_at, task.sla_from_policy) == (NOON, True)


@pytest.mark.parametrize("wrong", [{"status": "done"}, {"owner": "x"}, {"priority": "no"}])
def test_invalid_values_are_rejected_by_the_form(operator: Client, scenario: Scenario, wrong: dict[str, str]):
    task = factories.task(scenario)

    page = run_action(operator, "set_values", task, set_values="1", confirmed="1", **wrong)

    assert list(page.context["form"].errors) == list(wrong)
    assert Task.objects.get(pk=task.pk).status == "backlog"


@pytest.mark.parametrize("seen_at", ["yesterday", "2026-01-02T03:04:05"])
def test_malformed_time_of_the_preview_is_as_none(operator: Client, scenario: Scenario, seen_at: str):
    finding = factories.finding(scenario)

    done = run_action(operator, "dismiss", finding, confirmed="1", seen_at=seen_at, reason="wont_fix")

    assert messages_of(done)[0].startswith("1 finding changed.")


def test_form_offers_members_of_the_organisations_of_the_rows(operator: Client, scenario: Scenario):
    factories.scenario()

    page = run_action(operator, "set_values", factories.task(scenario))

    offered = [value for value, _ in page.context["form"].fields["owner"].choices]
    assert offered == ["", "none", str(scenario.owner.pk)]


def test_assign_to_me_refuses_tasks_of_organisations_without_me(operator: Client, scenario: Scenario):
    task = factories.task(scenario)

    done = run_action(operator, "assign_to_me", task, confirmed="1")

    assert "1 refused: The owner is not a member of the organisation. (1)" in messages_of(done)[0]


def test_too_many_projects_are_rejected(
    operator: Client, scenario: Scenario, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("bulk_changes.admin.actions.MAX_PROJECTS", 1)
    rows = [factories.finding(scenario), factories.finding(factories.scenario())]

    messages = messages_of(run_action(operator, "dismiss", *rows, confirmed="1", reason="wont_fix"))

    assert messages == ["Select rows of at most 1 projects."]
    assert set(Finding.objects.values_list("status", flat=True)) == {"new"}


def test_page_of_a_bulk_change_shows_each_row_and_undoes_it_once(operator: Client, scenario: Scenario):
    new, resolved = factories.finding(scenario), factories.finding(scenario, status="resolved")
    run_action(operator, "dismiss", new, resolved, confirmed="1", reason="wont_fix")
    made = BulkChange.objects.get()
    here = admin_url(BulkChange, "change", made.pk)

    page = operator.get(here)
    undone = run_action(operator, "undo", made, _back=here)
    again = run_action(operator, "undo", made, _back=here)

    rows = {row["title"]: (row["effects"], row["refusal"]) for row in page.context["detail"]["rows"]}
    assert rows[new.title] == ([("Status", "New", "Dismissed")], "")
    assert rows[resolved.title][1].startswith("The finding is resolved.")
    assert messages_of(undone)[0].startswith("1 finding restored.")
    assert messages_of(again) == ["This bulk change is already undone."]


def test_page_of_a_bulk_change_says_how_many_rows_it_leaves_out(
    operator: Client, scenario: Scenario, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("bulk_changes.admin.bulk_change.MAX_ROWS", 1)
    rows = [factories.finding(scenario) for _ in range(2)]
    run_action(operator, "dismiss", *rows, confirmed="1", reason="wont_fix")

    page = operator.get(admin_url(BulkChange, "change", BulkChange.objects.get().pk))

    assert "1 more row." in page.content.decode()
