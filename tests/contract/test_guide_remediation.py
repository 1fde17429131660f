"""The public guide, example by example: tasks and verifications."""

from typing import Any

import pytest

from findings.models import Finding
from remediation.models import Verification
from tests import factories
from tests.contract.shape import META, MOMENT, UUID, answer, same
from tests.factories import Scenario

pytestmark = pytest.mark.django_db


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


def create(scenario: Scenario, finding: Finding) -> Any:
    return scenario.client.call(
        "post",
        "tasks",
        {
            "finding_id": str(finding.pk),
            "title": "Add Content-Security-Policy header",
            "priority": "high",
            "owner_id": str(scenario.owner.pk),
            "sla_due_at": "2027-07-01T00:00:00Z",
        },
    )


def test_create_task_returns_the_keys_of_the_guide(scenario: Scenario):
    finding = factories.finding(scenario)

    response = create(scenario, finding)

    assert response.status_code == 201
    same(answer(response), {"data": task_shape(finding, str(scenario.owner.pk)), "meta": META, "error": None})


def test_patch_task_changes_the_fields(scenario: Scenario):
    finding = factories.finding(scenario)
    task_id = create(scenario, finding).json()["data"]["id"]
    pr_url = "https://github.com/acme/web-app/pull/142"

    response = scenario.client.call("patch", f"tasks/{task_id}", {"status": "in_progress", "pr_url": pr_url})

    assert response.status_code == 200
    expected = task_shape(finding, str(scenario.owner.pk), id=task_id, status="in_progress", pr_url=pr_url)
    same(answer(response), {"data": expected, "meta": META, "error": None})


def test_tasks_are_listed_and_filtered_by_status(scenario: Scenario):
    finding = factories.finding(scenario)
    task_id = create(scenario, finding).json()["data"]["id"]
    scenario.client.call("patch", f"tasks/{task_id}", {"status": "in_progress"})
    factories.task(scenario)

    response = scenario.client.call("get", "tasks?status=in_progress&limit=25")

    assert response.status_code == 200
    row = task_shape(finding, str(scenario.owner.pk), id=task_id, status="in_progress")
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


def test_run_verification_returns_running_checks(scenario: Scenario):
    task = factories.task(scenario)

    response = scenario.client.call("post", "verifications/run", {"task_id": str(task.pk)})

    assert response.status_code == 202
    expected = verification_shape(str(task.pk), "pending", "running")
    same(answer(response), {"data": expected, "meta": META, "error": None})


def test_approve_sets_the_result_to_passed(scenario: Scenario):
    verification = factories.verification(scenario, checks="passed", open_regressions=1)

    response = scenario.client.call("post", f"verifications/{verification.pk}/approve")

    assert response.status_code == 200
    expected = verification_shape(
        str(verification.task_id),
        "passed",
        "passed",
        id=str(verification.pk),
        result="passed",
        verified_by_id=str(scenario.owner.pk),
        verified_at=MOMENT,
    )
    same(answer(response), {"data": expected, "meta": META, "error": None})
    assert factories.remediation_state(verification) == {
        "result": "passed", "task": "done", "finding": "resolved", "open regressions": 0,
    }  # fmt: skip


def test_reopen_sets_the_result_to_failed(scenario: Scenario):
    verification = factories.verification(scenario, checks="running")

    response = scenario.client.call("post", f"verifications/{verification.pk}/reopen")

    assert response.status_code == 200
    expected = verification_shape(
        str(verification.task_id),
        "pending",
        "failed",
        id=str(verification.pk),
        result="failed",
        verified_by_id=str(scenario.owner.pk),
        verified_at=MOMENT,
    )
    same(answer(response), {"data": expected, "meta": META, "error": None})
    regressions = scenario.client.call("get", f"findings/{verification.task.finding_id}/regressions").json()[
        "data"
    ]
    assert [(row["trigger"], row["verification_id"], row["status"]) for row in regressions] == [
        ("verification_reopened", str(verification.pk), "open")
    ]


def test_verifications_are_listed(scenario: Scenario):
    verification = factories.verification(scenario, checks="passed")

    response = scenario.client.call("get", "verifications")

    expected = verification_shape(str(verification.task_id), "passed", "passed", id=str(verification.pk))
    meta = META | {"total": 1, "next_cursor": None}
    same(answer(response), {"data": [expected], "meta": meta, "error": None})


def test_a_verification_has_no_reviewer_or_notes(scenario: Scenario):
    verification = factories.verification(scenario)

    shown = scenario.client.call("get", f"verifications/{verification.pk}").json()["data"]

    assert not {"reviewer", "notes"} & set(shown)


def test_run_verification_accepts_one_task(scenario: Scenario):
    task = factories.task(scenario)

    response = scenario.client.call("post", "verifications/run", {"task_id": [str(task.pk)]})

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
def test_unsupported_task_fields_are_rejected_with_the_alternative(
    scenario: Scenario, body: Any, field: str, hint: str
):
    task = factories.task(scenario)

    response = scenario.client.call("patch", f"tasks/{task.pk}", body)

    assert response.status_code == 422
    assert hint in response.json()["error"]["details"][field][0]


def test_patch_requires_a_field(scenario: Scenario):
    task = factories.task(scenario)

    assert scenario.client.call("patch", f"tasks/{task.pk}", {}).status_code == 422


def test_patch_to_done_requires_verification(scenario: Scenario):
    task = factories.task(scenario)

    response = scenario.client.call("patch", f"tasks/{task.pk}", {"status": "done"})

    assert (response.status_code, response.json()["error"]["code"]) == (409, "done_requires_verification")
