"""Tasks are created and changed in bulk through the API, and both are undone."""

from typing import Any
from uuid import UUID

import pytest

from assurance.services.pull_requests import track
from bulk_changes.models import BulkChange
from events.models import Event
from findings.models import FindingStatus
from remediation.models import Task
from remediation.services import bulk
from tests import factories
from tests.factories import Scenario

pytestmark = pytest.mark.django_db


def post(scenario: Scenario, path: str, body: Any = None) -> Any:
    return scenario.client.call("post", path, body)


def items(*findings: Any, **more: Any) -> list[dict[str, Any]]:
    return [
        {"finding_id": str(finding.pk), "title": f"Fix {index}", **more}
        for index, finding in enumerate(findings)
    ]


def test_bulk_create_makes_tasks_with_due_dates_and_advances_findings(scenario: Scenario):
    critical, low = (factories.finding(scenario, severity=severity) for severity in ("critical", "low"))

    shown = post(scenario, "tasks/bulk", {"tasks": items(critical, low, status="in_progress")}).json()["data"]

    made = list(Task.objects.order_by("title"))
    assert [item["id"] for item in shown["items"]] == [str(task.pk) for task in made]
    assert (shown["created"], shown["invalid"], shown["dry_run"]) == (2, 0, False)
    assert made[0].sla_due_at < made[1].sla_due_at  # type: ignore[operator]  # the policy sets both
    assert [task.finding.status for task in made] == ["in_progress", "in_progress"]
    assert Event.objects.filter(name="task.created").count() == 2


@pytest.mark.parametrize(
    ("wrong", "name"),
    [({"title": ""}, "title"), ({"status": "done"}, "status"), ({"finding_id": None}, "finding_id")],
)
def test_one_invalid_task_rejects_all_and_in_partial_mode_itself_alone(
    scenario: Scenario, wrong: dict[str, Any], name: str
):
    [good, bad] = items(factories.finding(scenario), factories.finding(scenario))
    body = {"tasks": [bad | wrong, good]}

    refused = post(scenario, "tasks/bulk", body)
    made = Task.objects.count()
    partial = post(scenario, "tasks/bulk", body | {"mode": "partial"}).json()["data"]

    assert (refused.status_code, list(refused.json()["error"]["details"]), made) == (
        422,
        [f"tasks.0.{name}"],
        0,
    )
    assert [item["status"] for item in partial["items"]] == ["invalid", "created"]
    assert list(partial["items"][0]["details"]) == [name]


def test_finding_of_another_project_is_not_found(scenario: Scenario):
    theirs = factories.finding(factories.scenario())

    response = post(scenario, "tasks/bulk", {"tasks": items(theirs)})

    assert response.json()["error"]["details"] == {"tasks.0.finding_id": ["Not found."]}


def test_dry_run_of_a_creation_creates_nothing(scenario: Scenario):
    [good, bad] = items(factories.finding(scenario), factories.finding(scenario))

    shown = post(scenario, "tasks/bulk", {"tasks": [good, bad | {"title": ""}], "dry_run": True}).json()[
        "data"
    ]

    assert [item["status"] for item in shown["items"]] == ["valid", "invalid"]
    assert (shown["bulk_change_id"], shown["created"], Task.objects.count()) == (None, 0, 0)


def test_undo_of_a_creation_deletes_the_tasks_that_were_not_changed_since(scenario: Scenario):
    body = {"tasks": items(*(factories.finding(scenario) for _ in range(3)))}
    shown = post(scenario, "tasks/bulk", body).json()["data"]
    untouched, changed, verified = (Task.objects.get(pk=item["id"]) for item in shown["items"])
    scenario.client.call("patch", f"tasks/{changed.pk}", {"title": "Another title"})
    factories.verification(scenario, of=verified)

    undone = post(scenario, f"bulk-changes/{shown['bulk_change_id']}/undo").json()["data"]

    reasons = {row["id"]: row["message"] for row in undone["refusals"]}
    by = BulkChange.objects.values_list("action", "created_by")
    assert set(by) == {("create", scenario.owner.pk), ("delete", scenario.owner.pk)}
    assert (undone["updated"], undone["refused"]) == (1, 2)
    assert reasons == {str(changed.pk): "It has changed since.", str(verified.pk): "It has a verification."}
    assert set(Task.objects.values_list("pk", flat=True)) == {changed.pk, verified.pk}
    assert Event.objects.filter(name="task.deleted", subject_id=untouched.pk).count() == 1


def test_undo_of_a_creation_is_recorded_and_names_the_tasks_that_are_gone(scenario: Scenario):
    body = {"tasks": items(*(factories.finding(scenario) for _ in range(2)))}
    shown = post(scenario, "tasks/bulk", body).json()["data"]
    gone, kept = (item["id"] for item in shown["items"])
    Task.objects.filter(pk=gone).delete()

    undone = post(scenario, f"bulk-changes/{shown['bulk_change_id']}/undo").json()["data"]

    row = BulkChange.objects.get(action="delete")
    assert [(refusal["id"], refusal["code"]) for refusal in undone["refusals"]] == [(gone, "not_found")]
    assert (row.matched, row.changed, row.refused) == (2, 1, 1)
    assert {
        str(changed_row.subject_id): (changed_row.refusal, changed_row.after)
        for changed_row in row.rows.all()
    } == {
        gone: ("Not found.", {}),
        kept: ("", {"deleted": True}),
    }


def test_undo_of_a_creation_deletes_tasks_with_a_pull_request_or_a_paused_clock(scenario: Scenario):
    dismissed = factories.finding(scenario, status=FindingStatus.DISMISSED)
    [paused, linked] = items(dismissed, factories.finding(scenario))
    body = {"tasks": [paused, linked | {"pr_url": "https://github.com/acme/site/pull/1"}]}
    shown = post(scenario, "tasks/bulk", body).json()["data"]
    track(UUID(shown["items"][1]["id"]))

    undone = post(scenario, f"bulk-changes/{shown['bulk_change_id']}/undo").json()["data"]

    assert (undone["updated"], undone["refusals"], Task.objects.count()) == (2, [], 0)


@pytest.mark.slow
def test_undo_of_a_creation_deletes_tasks_whose_changes_were_undone(scenario: Scenario):
    shown = post(scenario, "tasks/bulk", {"tasks": items(*(factories.finding(scenario) for _ in "12"))})
    created = shown.json()["data"]
    update = post(scenario, "tasks/bulk-update", {"all": True, "set": {"priority": "critical"}}).json()
    post(scenario, f"bulk-changes/{update['data']['bulk_change_id']}/undo")
    labelled = created["items"][1]["id"]
    scenario.client.call("put", f"tasks/{labelled}/labels", {"labels": ["kept"]})

    undone = post(scenario, f"bulk-changes/{created['bulk_change_id']}/undo").json()["data"]

    assert [(row["id"], row["code"]) for row in undone["refusals"]] == [(labelled, "changed_since")]
    assert [str(pk) for pk in Task.objects.values_list("pk", flat=True)] == [labelled]


def test_deleted_tasks_cannot_be_restored(scenario: Scenario):
    shown = post(scenario, "tasks/bulk", {"tasks": items(factories.finding(scenario))}).json()["data"]
    undone = post(scenario, f"bulk-changes/{shown['bulk_change_id']}/undo").json()["data"]

    response = post(scenario, f"bulk-changes/{undone['bulk_change_id']}/undo")

    assert (response.status_code, response.json()["error"]["code"]) == (409, "not_undoable")


@pytest.mark.parametrize(
    ("chosen", "found"),
    [
        ({"filter": {"status": "blocked"}}, ["blocked"]),
        ({"filter": {"status": ["blocked", "backlog"]}}, ["blocked", "open"]),
        ({"filter": {"q": "block"}}, ["blocked"]),
        ({"filter": {"overdue": False}}, ["blocked", "open"]),
        ({"filter": {"overdue": True}}, []),
        ({"all": True}, ["blocked", "open"]),
    ],
)
def test_bulk_update_changes_what_is_selected(scenario: Scenario, chosen: Any, found: list[str]):
    factories.task(scenario, title="open")
    factories.task(scenario, title="blocked", status="blocked")
    factories.task(factories.scenario(), title="theirs")

    shown = post(scenario, "tasks/bulk-update", {**chosen, "set": {"priority": "low"}}).json()["data"]

    changed = Task.objects.filter(priority="low").order_by("title").values_list("title", flat=True)
    assert (shown["updated"], list(changed)) == (len(found), found)


def test_bulk_update_with_a_done_task_changes_nothing_and_in_partial_mode_the_others(scenario: Scenario):
    task, done = factories.task(scenario), factories.task(scenario, status="done")
    body = {"ids": [str(task.pk), str(done.pk)], "set": {"status": "blocked"}}

    refused = post(scenario, "tasks/bulk-update", body)
    after_refusal = Task.objects.get(pk=task.pk).status
    partial = post(scenario, "tasks/bulk-update", body | {"mode": "partial"}).json()["data"]

    assert (refused.json()["error"]["code"], after_refusal) == ("task_done", "backlog")
    assert (partial["updated"], partial["refusals"][0]["code"]) == (1, "task_done")
    assert BulkChange.objects.count() == 1


def test_bulk_update_to_the_present_due_date_changes_nothing(scenario: Scenario):
    # As a PATCH does: none is also the due date of a paused clock, which continues by the policy.
    row = factories.finding(scenario)
    post(scenario, f"findings/{row.pk}/dismiss", {"reason": "wont_fix"})
    post(scenario, "tasks/bulk", {"tasks": items(row)})
    task = Task.objects.get()

    answer = post(scenario, "tasks/bulk-update", {"ids": [str(task.pk)], "set": {"sla_due_at": None}})

    found = Task.objects.get()
    assert (answer.data["updated"], answer.data["unchanged"]) == (0, 1)
    assert (found.sla_from_policy, found.updated_at) == (True, task.updated_at)


def test_dry_run_of_an_update_says_what_would_change(scenario: Scenario):
    factories.task(scenario)
    body = {"all": True, "set": {"sla_due_at": "2030-01-01T00:00:00Z", "status": "blocked"}, "dry_run": True}

    shown = post(scenario, "tasks/bulk-update", body).json()["data"]

    effects = {row["field"]: (row["after"], row["rows"]) for row in shown["effects"]}
    assert effects == {"sla_due_at": ("2030-01-01T00:00:00Z", 1), "status": ("blocked", 1)}
    assert set(Task.objects.values_list("status", flat=True)) == {"backlog"}


@pytest.mark.parametrize(
    "body",
    [
        {"set": {"status": "blocked"}},
        {"ids": [], "set": {"status": "blocked"}},
        {"all": True, "set": {}},
        {"all": True, "set": {"title": "x"}},
        {"filter": {}, "set": {"status": "blocked"}},
        {"filter": {"status": []}, "set": {"status": "blocked"}},
        {"all": False, "set": {"status": "blocked"}},
        {"all": True, "filter": {"status": "backlog"}, "set": {"status": "blocked"}},
        {"filter": {"q": "x"}, "set": {"status": "blocked"}},
        {"filter": {"status": "no"}, "set": {"status": "blocked"}},
        {"all": True, "ids": ["00000000-0000-0000-0000-000000000000"], "set": {"status": "blocked"}},
    ],
)
def test_invalid_bulk_updates_are_rejected(scenario: Scenario, body: dict[str, Any]):
    factories.task(scenario)

    assert post(scenario, "tasks/bulk-update", body).status_code == 422
    assert BulkChange.objects.count() == 0


def test_bulk_change_is_read_listed_and_undone(scenario: Scenario):
    task = factories.task(scenario)
    shown = post(scenario, "tasks/bulk-update", {"ids": [str(task.pk)], "set": {"status": "blocked"}})
    path = f"bulk-changes/{shown.json()['data']['bulk_change_id']}"

    read = scenario.client.call("get", path).json()["data"]
    undone = post(scenario, f"{path}/undo").json()["data"]
    again = post(scenario, f"{path}/undo")
    listed = scenario.client.call("get", "bulk-changes").json()["data"]
    of_findings = scenario.client.call("get", "bulk-changes?subject=finding").json()["data"]

    assert (read["subject"], read["action"], read["set"], read["changed"]) == (
        "task", "update", {"status": "blocked"}, 1,
    )  # fmt: skip
    assert (undone["updated"], Task.objects.get(pk=task.pk).status) == (1, "backlog")
    assert (again.status_code, again.json()["error"]["code"]) == (409, "bulk_change_undone")
    assert of_findings == []
    assert [(row["id"], row["undone_by_id"]) for row in listed] == [
        (undone["bulk_change_id"], None),
        (read["id"], undone["bulk_change_id"]),
    ]


def test_bulk_changes_of_other_projects_are_not_listed(scenario: Scenario):
    elsewhere = factories.scenario()
    for tenant in (scenario, elsewhere):
        body = {"ids": [str(factories.task(tenant).pk)], "set": {"status": "blocked"}}
        made = post(tenant, "tasks/bulk-update", body).json()["data"]["bulk_change_id"]

    listed = elsewhere.client.call("get", "bulk-changes").json()

    assert ([row["id"] for row in listed["data"]], listed["meta"]["total"]) == ([made], 1)
    assert scenario.client.call("get", f"bulk-changes/{made}").status_code == 404


def test_open_findings_without_an_open_task_get_one(scenario: Scenario):
    fresh, done, busy = factories.finding(scenario), factories.task(scenario), factories.task(scenario)
    Task.objects.filter(pk=done.pk).update(status=Task.Status.DONE)
    dismissed = factories.finding(scenario, status=FindingStatus.DISMISSED)
    ids = [fresh.pk, done.finding_id, busy.finding_id, dismissed.pk]

    bulk_change, created = bulk.create_for_findings(
        scenario.project, ids, owner_id=scenario.owner.pk, by=scenario.actor
    )
    again = bulk.create_for_findings(scenario.project, ids, owner_id=None, by=scenario.actor)

    made = Task.objects.exclude(pk__in=[done.pk, busy.pk])
    assert {task.finding_id for task in made} == {fresh.pk, done.finding_id}
    assert (len(created), again) == (2, (None, []))
    assert bulk_change is not None
    assert bulk_change.created_by == scenario.owner


def test_findings_of_another_project_get_no_task(scenario: Scenario):
    theirs = factories.finding(factories.scenario())

    made = bulk.create_for_findings(scenario.project, [theirs.pk], owner_id=None, by=scenario.actor)

    assert (made, Task.objects.count()) == ((None, []), 0)
