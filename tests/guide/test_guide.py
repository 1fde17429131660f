"""The public guide, example by example: the same keys in the same order, the same status, no extra key."""

import json
import re
import uuid
from typing import Any

import pytest

from findings.models import Finding
from remediation.models import Verification
from tests import factories
from tests.factories import World

pytestmark = pytest.mark.django_db

TIME = re.compile(r"\A\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\Z")
REQUEST_ID = re.compile(r"\A[A-Za-z0-9_-]{20}\Z")


class Like:
    """Equal to whatever the rule accepts; for the values that are new in every run."""

    def __init__(self, rule: Any, name: str) -> None:
        self.rule, self.name = rule, name

    def __eq__(self, other: object) -> bool:
        return bool(self.rule(other))

    def __hash__(self) -> int:
        return hash(self.name)

    def __repr__(self) -> str:
        return f"<{self.name}>"


def is_uuid(value: Any) -> bool:
    return isinstance(value, str) and str(uuid.UUID(value)) == value


UUID = Like(is_uuid, "a UUID")
MOMENT = Like(lambda value: isinstance(value, str) and TIME.match(value), "a time")
META = {"request_id": Like(lambda value: isinstance(value, str) and REQUEST_ID.match(value), "a request id")}


def answer(response: Any) -> dict[str, Any]:
    """The whole body; its key order is compared as well."""
    body = json.loads(response.content)
    assert response["x-request-id"] == body["meta"]["request_id"]
    return body


def same(body: dict[str, Any], expected: dict[str, Any]) -> None:
    """Equal, and every object's keys in the same order."""
    assert body == expected
    assert orders(body) == orders(expected)


def orders(value: Any) -> Any:
    if isinstance(value, dict):
        return [(key, orders(inner)) for key, inner in value.items()]
    return [orders(inner) for inner in value] if isinstance(value, list) else None


def task_shape(finding: Finding, owner_id: str, **more: Any) -> dict[str, Any]:
    return {
        "id": UUID,
        "finding_id": str(finding.pk),
        "title": "Add Content-Security-Policy header",
        "status": "backlog",
        "priority": "high",
        "owner_id": owner_id,
        "sla_due_at": "2027-07-01T00:00:00Z",
        "external_ticket_key": None,
        "pr_url": None,
        "created_at": MOMENT,
        "updated_at": MOMENT,
    } | more


def create(world: World, finding: Finding) -> Any:
    return world.client.ask(
        "post",
        "tasks",
        {
            "finding_id": str(finding.pk),
            "title": "Add Content-Security-Policy header",
            "priority": "high",
            "owner_id": str(world.owner.pk),
            "sla_due_at": "2027-07-01T00:00:00Z",
        },
    )


def test_creating_a_task(world: World):
    finding = factories.finding(world)

    response = create(world, finding)

    assert response.status_code == 201
    same(answer(response), {"data": task_shape(finding, str(world.owner.pk)), "meta": META, "error": None})


def test_updating_a_task(world: World):
    finding = factories.finding(world)
    task_id = create(world, finding).json()["data"]["id"]
    pr_url = "https://github.com/acme/web-app/pull/142"

    response = world.client.ask("patch", f"tasks/{task_id}", {"status": "in_progress", "pr_url": pr_url})

    assert response.status_code == 200
    expected = task_shape(finding, str(world.owner.pk), id=task_id, status="in_progress", pr_url=pr_url)
    same(answer(response), {"data": expected, "meta": META, "error": None})


def test_listing_tasks(world: World):
    finding = factories.finding(world)
    task_id = create(world, finding).json()["data"]["id"]
    world.client.ask("patch", f"tasks/{task_id}", {"status": "in_progress"})
    factories.task(world)

    response = world.client.ask("get", "tasks?status=in_progress&limit=25")

    assert response.status_code == 200
    row = task_shape(finding, str(world.owner.pk), id=task_id, status="in_progress")
    meta = META | {"total": 1, "next_cursor": None}
    same(answer(response), {"data": [row], "meta": meta, "error": None})


def verification_shape(task_id: str, after: str, status: str, **more: Any) -> dict[str, Any]:
    return {
        "id": UUID,
        "task_id": task_id,
        "result": "pending",
        "checks": [{"key": "security_header_csp", "before": "failed", "after": after, "status": status}],
        "verified_by_id": None,
        "verified_at": None,
        "created_at": MOMENT,
        "updated_at": MOMENT,
    } | more


def test_running_a_verification(world: World):
    task = factories.task(world)

    response = world.client.ask("post", "verifications/run", {"task_id": str(task.pk)})

    assert response.status_code == 202
    expected = verification_shape(str(task.pk), "pending", "running")
    same(answer(response), {"data": expected, "meta": META, "error": None})


def test_approving_a_verification(world: World):
    verification = factories.verification(world, checks="passed", open_regressions=1)

    response = world.client.ask("post", f"verifications/{verification.pk}/approve")

    assert response.status_code == 200
    expected = verification_shape(
        str(verification.task_id),
        "passed",
        "passed",
        id=str(verification.pk),
        result="passed",
        verified_by_id=str(world.owner.pk),
        verified_at=MOMENT,
    )
    same(answer(response), {"data": expected, "meta": META, "error": None})
    assert factories.where_things_stand(verification) == {
        "result": "passed", "task": "done", "finding": "resolved", "open regressions": 0,
    }  # fmt: skip


def test_reopening_a_verification(world: World):
    verification = factories.verification(world, checks="running")

    response = world.client.ask("post", f"verifications/{verification.pk}/reopen")

    assert response.status_code == 200
    expected = verification_shape(
        str(verification.task_id),
        "pending",
        "failed",
        id=str(verification.pk),
        result="failed",
        verified_by_id=str(world.owner.pk),
        verified_at=MOMENT,
    )
    same(answer(response), {"data": expected, "meta": META, "error": None})
    regressions = world.client.ask("get", f"findings/{verification.task.finding_id}/regressions").json()[
        "data"
    ]
    assert [(row["trigger"], row["verification_id"], row["status"]) for row in regressions] == [
        ("verification_reopened", str(verification.pk), "open")
    ]


def test_listing_verifications(world: World):
    verification = factories.verification(world, checks="passed")

    response = world.client.ask("get", "verifications")

    expected = verification_shape(str(verification.task_id), "passed", "passed", id=str(verification.pk))
    meta = META | {"total": 1, "next_cursor": None}
    same(answer(response), {"data": [expected], "meta": meta, "error": None})


DEFAULT = {
    "severity_rules": {
        "security": "critical",
        "performance": "high",
        "accessibility": "medium",
        "seo": "low",
    },
    "sla_hours": {"critical": 24, "high": 72, "medium": 168, "low": 336},
    "alert_routing": {"critical": ["slack", "email"], "high": ["slack"]},
}


def policy_shape(world: World, name: str, config: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": UUID,
        "name": name,
        "org_id": str(world.organization.pk),
        "project_id": "production-website",
        "config": config,
        "active": True,
        "updated_at": MOMENT,
    }


def test_getting_the_current_policy(world: World):
    response = world.client.ask("get", "policies/current")

    assert response.status_code == 200
    expected = policy_shape(world, "Default Audit Policy", DEFAULT)
    same(answer(response), {"data": expected, "meta": META, "error": None})


def test_updating_the_policy(world: World):
    config = {
        "severity_rules": {"security": "critical", "performance": "high"},
        "sla_hours": {"critical": 12, "high": 48},
    }

    response = world.client.ask(
        "put", "policies/current", {"name": "Strict Production Policy", "config": config}
    )

    assert response.status_code == 200
    expected = policy_shape(world, "Strict Production Policy", config)
    same(answer(response), {"data": expected, "meta": META, "error": None})
    same(answer(world.client.ask("get", "policies/current")), {"data": expected, "meta": META, "error": None})


def test_testing_a_policy(world: World):
    factories.finding(world, severity="critical")
    factories.finding(world, severity="low")
    config = {"severity_rules": {"performance": "high"}}

    response = world.client.ask("post", "policies/test", {"config": config})

    assert response.status_code == 200
    expected = {"simulated_findings": 2, "escalated_to_critical": 1, "config_preview": config}
    same(answer(response), {"data": expected, "meta": META, "error": None})


def test_a_verification_has_no_reviewer_or_notes(world: World):
    verification = factories.verification(world)

    shown = world.client.ask("get", f"verifications/{verification.pk}").json()["data"]

    assert not {"reviewer", "notes"} & set(shown)


def test_one_task_per_call(world: World):
    task = factories.task(world)

    response = world.client.ask("post", "verifications/run", {"task_id": [str(task.pk)]})

    assert response.status_code == 422
    assert Verification.objects.count() == 0


@pytest.mark.parametrize(
    ("body", "field", "hint"),
    [
        ({"description": "How"}, "description", "recommended_fix"),
        ({"assignee": "a@example.com"}, "assignee", "owner_id"),
        ({"finding_id": "d4e5f6a7-8b9c-0d1e-2f3a-4b5c6d7e8f9a"}, "finding_id", "new task"),
    ],
)
def test_fields_that_tasks_do_not_have_are_refused_with_what_to_use(
    world: World, body: Any, field: str, hint: str
):
    task = factories.task(world)

    response = world.client.ask("patch", f"tasks/{task.pk}", body)

    assert response.status_code == 422
    assert hint in response.json()["error"]["details"][field][0]


def test_an_update_must_name_a_field(world: World):
    task = factories.task(world)

    assert world.client.ask("patch", f"tasks/{task.pk}", {}).status_code == 422


def test_done_is_not_set_by_hand(world: World):
    task = factories.task(world)

    response = world.client.ask("patch", f"tasks/{task.pk}", {"status": "done"})

    assert (response.status_code, response.json()["error"]["code"]) == (409, "done_requires_verification")
