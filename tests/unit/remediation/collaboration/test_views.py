"""Comments, labels, the history and the queue of tasks, by the API."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.services import create_user
from events.models import Event
from remediation.collaboration import services
from remediation.models import TaskComment, TaskLabel
from tests import factories
from tests.factories import AuditClient, Scenario

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
MARKDOWN = "**Look** at <script>alert(1)</script>\n\n- one"


def comment(client: AuditClient, task: Any, body: str = MARKDOWN) -> Any:
    return client.call("post", f"tasks/{task.pk}/comments", {"body": body})


def colleague(scenario: Scenario) -> AuditClient:
    user = create_user("colleague@example.com", organization=scenario.organization)
    return factories.api_key(scenario, user=user, scopes=["audit:write"])


def events_of(task: Any) -> list[str]:
    return list(Event.objects.filter(subject_id=task.pk).order_by("id").values_list("name", flat=True))


def test_comment_is_added_read_changed_and_deleted(scenario: Scenario):
    task = factories.task(scenario)

    added = comment(scenario.client, task)
    path = added["location"]
    read = scenario.client.get(path)
    edited = scenario.client.call("patch", path, {"body": "Done."}, if_match=read["etag"])
    listed = scenario.client.call("get", f"tasks/{task.pk}/comments").json()
    deleted = scenario.client.call("delete", path)

    assert added.status_code == 201
    assert read.json()["data"] | {"body": MARKDOWN} == added.json()["data"]
    assert (read.json()["data"]["author_id"], read.json()["data"]["author_name"]) == (
        str(scenario.owner.pk),
        scenario.owner.email,
    )
    assert (listed["meta"]["total"], listed["data"]) == (1, [edited.json()["data"]])
    assert (edited.json()["data"]["body"], deleted.json()["data"]["body"]) == ("Done.", "Done.")
    assert scenario.client.get(path).status_code == 404
    assert events_of(task) == [
        "task.created",
        "task.commented",
        "task.comment_edited",
        "task.comment_deleted",
    ]


def test_the_audit_log_has_no_text_of_comments(scenario: Scenario):
    task = factories.task(scenario)

    added = comment(scenario.client, task)

    assert Event.objects.get(name="task.commented").data == {"comment_id": added.json()["data"]["id"]}


@pytest.mark.parametrize(("method", "body"), [("patch", {"body": "Mine"}), ("delete", None)])
def test_only_the_author_changes_a_comment(scenario: Scenario, method: str, body: Any):
    task = factories.task(scenario)
    path = comment(scenario.client, task)["location"]

    refused = colleague(scenario).call(method, path, body)

    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "not_the_author")
    assert TaskComment.objects.get().body == MARKDOWN


def test_comment_of_another_task_is_not_found(scenario: Scenario):
    task, other = factories.task(scenario), factories.task(scenario)
    pk = comment(scenario.client, task).json()["data"]["id"]

    responses = [
        scenario.client.call(method, f"tasks/{other.pk}/comments/{pk}", body)
        for method, body in (("get", None), ("patch", {"body": "x"}), ("delete", None))
    ]

    assert [response.status_code for response in responses] == [404] * 3
    assert TaskComment.objects.get().body == MARKDOWN


@pytest.mark.parametrize("body", [{}, {"body": ""}, {"body": "x" * 20_001}, {"body": "x", "author_id": "y"}])
def test_invalid_comment_is_rejected(scenario: Scenario, body: Any):
    task = factories.task(scenario)

    assert scenario.client.call("post", f"tasks/{task.pk}/comments", body).status_code == 422
    assert not TaskComment.objects.exists()


def label(scenario: Scenario, task: Any, *names: str) -> Any:
    return scenario.client.call("put", f"tasks/{task.pk}/labels", {"labels": names})


def test_labels_are_set_filtered_embedded_and_removed(scenario: Scenario):
    first, second = factories.task(scenario, title="First"), factories.task(scenario, title="Second")

    replaced = label(scenario, first, "shop", "checkout", "shop")
    label(scenario, second, "shop")

    def found(query: str) -> list[str]:
        return [row["title"] for row in scenario.client.call("get", f"tasks?{query}").json()["data"]]

    assert replaced.json()["data"] == {"labels": ["checkout", "shop"]}
    assert found("label=shop") == ["Second", "First"]
    assert found("label=shop&label=checkout") == ["First"]
    assert found("label=absent") == []
    rows = scenario.client.call("get", "tasks?include=labels").json()["data"]
    assert [row["labels"] for row in rows] == [["shop"], ["checkout", "shop"]]
    alone = scenario.client.call("get", f"tasks/{first.pk}?include=labels").json()["data"]
    assert alone["labels"] == ["checkout", "shop"]
    assert scenario.client.call("get", "labels").json()["data"] == {"labels": ["checkout", "shop"]}
    assert label(scenario, first).json()["data"] == {"labels": []}
    assert scenario.client.call("get", "labels").json()["data"] == {"labels": ["shop"]}


def test_changed_labels_are_logged_and_change_the_version_of_the_task(scenario: Scenario):
    task = factories.task(scenario)
    before = scenario.client.call("get", f"tasks/{task.pk}")["etag"]

    label(scenario, task, "a")
    label(scenario, task, "a")

    [event] = Event.objects.filter(name="task.labelled")
    assert event.data == {"before": [], "after": ["a"]}
    assert scenario.client.call("get", f"tasks/{task.pk}")["etag"] != before


def test_labels_belong_to_one_project(scenario: Scenario):
    other = factories.scenario()
    label(scenario, factories.task(scenario), "shop")
    label(other, factories.task(other), "shop")

    assert TaskLabel.objects.count() == 2
    assert len(scenario.client.call("get", "tasks?label=shop").json()["data"]) == 1


@pytest.mark.parametrize("labels", [["a,b"], [""], ["x" * 51], [str(n) for n in range(21)], "a", [1], None])
def test_invalid_labels_are_rejected(scenario: Scenario, labels: Any):
    task = factories.task(scenario)

    response = scenario.client.call("put", f"tasks/{task.pk}/labels", {"labels": labels})

    assert response.status_code == 422
    assert not TaskLabel.objects.exists()


def test_limit_of_labels_counts_those_that_are_left(scenario: Scenario, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(services, "MAX_LABELS_OF_PROJECT", 1)
    task = factories.task(scenario)
    label(scenario, task, "old")

    replaced, refused = label(scenario, task, "new"), label(scenario, task, "new", "further")

    assert (replaced.status_code, refused.status_code) == (200, 422)
    assert list(TaskLabel.objects.values_list("name", flat=True)) == ["new"]


def test_history_has_the_events_of_the_task_and_its_verifications(scenario: Scenario):
    verification = factories.verification(scenario)
    factories.verification(scenario)
    scenario.client.call("post", f"verifications/{verification.pk}/reopen")

    page = scenario.client.call("get", f"tasks/{verification.task_id}/history?limit=1").json()
    rest = scenario.client.call(
        "get", f"tasks/{verification.task_id}/history?cursor={page['meta']['next_cursor']}"
    ).json()

    types = [event["type"] for event in page["data"] + rest["data"]]
    assert types == ["verification.reopened", "task.created"]


def test_queue_has_own_tasks_by_due_date_with_undated_ones_last(scenario: Scenario):
    now = timezone.now()
    for title, days in [("later", 5), ("none", None), ("soon", 1), ("also none", None)]:
        due = None if days is None else now + timedelta(days=days)
        factories.task(scenario, title=title, owner_id=scenario.owner.pk, sla_due_at=due)
    factories.task(scenario, title="somebody else's")

    def walk(sort: str) -> list[str]:
        titles, cursor = [], ""
        while cursor is not None:
            path = f"tasks?owner_id=me&sort={sort}&limit=1&cursor={cursor}"
            body = scenario.client.call("get", path).json()
            titles += [row["title"] for row in body["data"]]
            cursor = body["meta"]["next_cursor"]
        return titles

    assert walk("sla_due_at") == ["soon", "later", "none", "also none"]
    assert walk("-sla_due_at") == ["also none", "none", "later", "soon"]


def test_findings_of_the_key_s_user_are_listed(scenario: Scenario):
    factories.finding(scenario, title="Mine", owner_id=scenario.owner.pk)
    factories.finding(scenario)

    rows = scenario.client.call("get", "findings?owner_id=me").json()["data"]

    assert [row["title"] for row in rows] == ["Mine"]
