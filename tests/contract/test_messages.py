"""Errors say what is wrong and what is accepted."""

from typing import Any

import pytest

from tests import factories
from tests.factories import Scenario

pytestmark = pytest.mark.django_db


SET_BY_REPORTS = "This field is read-only here: a report of the finding (POST …/findings) sets it."


def error(response: Any) -> dict[str, Any]:
    return dict(response.json()["error"])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("method", "path", "body", "message"),
    [
        ("patch", "tasks/{task}", {"id": "x"}, "id: This field is read-only."),
        ("patch", "tasks/{task}", {"created_at": "x"}, "created_at: This field is read-only."),
        ("patch", "findings/{finding}", {"domain": "seo"}, f"domain: {SET_BY_REPORTS}"),
        ("patch", "findings/{finding}", {"confidence": 1}, f"confidence: {SET_BY_REPORTS}"),
        ("patch", "findings/{finding}", {"priority": {}}, f"priority: {SET_BY_REPORTS}"),
        ("patch", "findings/{finding}", {"affected_assets": []}, f"affected_assets: {SET_BY_REPORTS}"),
        ("patch", "findings/{finding}", {"evidence": {}}, f"evidence: {SET_BY_REPORTS}"),
        ("post", "reports/export", {"format": "csv", "status": "x"}, "status: This field is read-only."),
        ("post", "scans/run", {"summary": {}}, "summary: This field is read-only."),
        ("post", "sites", {"host": "example.com", "token": "x"}, "token: This field is read-only."),
        (
            "post",
            "findings",
            {"domain": "seo", "title": "A", "status": "triaged"},
            "status: A report does not set the status: change it by a PATCH of the finding.",
        ),
        ("patch", "tasks/{task}", {"titel": "x"}, "titel: Unknown field. Did you mean title?"),
        ("patch", "tasks/{task}", {"zzz": "x"}, "zzz: Unknown field."),
        (
            "patch",
            "tasks/{task}",
            {"status": "open"},
            "status: Use one of backlog, in_progress, blocked, ready_verify, done.",
        ),
        ("patch", "tasks/{task}", {}, "Send at least one field to change."),
        ("get", "findings?severity=urgent", None, "severity: Use any of critical, high, medium, low."),
        ("get", "tasks?overdue=1", None, "overdue: Use one of true, false."),
        ("get", "campaigns?archived=yes", None, "archived: Use one of true, false."),
        ("post", "tasks", [], "Send an object."),
        ("post", "tasks", "x", "Send an object."),
        (
            "post",
            "findings",
            {"domain": "seo", "title": "A", "affected_assets": ["x"]},
            "affected_assets.0: Send an object.",
        ),
        ("post", "findings/bulk", {"findings": [1]}, "findings.0: Send an object."),
        ("get", "findings?limit=0", None, "limit: Use a whole number from 1 to 100."),
        ("patch", "findings/{finding}", {"checks": []}, f"checks: {SET_BY_REPORTS}"),
        ("patch", "findings/{finding}", {"external_id": "x"}, f"external_id: {SET_BY_REPORTS}"),
        (
            "post",
            "tasks",
            {"title": "A", "findingid": "x"},
            "findingid: Unknown field. Did you mean finding_id?",
        ),
        ("post", "tasks", {"title": "A", "zzz": "x"}, "finding_id: This field is required."),
        ("post", "tasks/{task}/comments", {}, "body: This field is required."),
        ("post", "tasks/{task}/comments", [], "Send an object."),
        ("post", "tasks/bulk", {"tasks": {}}, "tasks: Send a list."),
        ("put", "tasks/{task}/labels", {"labels": "a"}, "labels: Send a list."),
        ("put", "access", {"origin": "https://example.com", "headers": []}, "headers: Send an object."),
        ("post", "integrations/jira/connect", {"token": "x"}, "token: Send this inside of credentials."),
        (
            "post",
            "integrations/jira/connect",
            {"site_url": "x"},
            "site_url: Send this inside of credentials.",
        ),
        ("post", "integrations/jira/connect", {"provider": "jira"}, "provider: This field is read-only."),
        ("post", "integrations/jira/sync", [], "This URL takes no body."),
    ],
)
def test_message_states_the_first_problem(
    scenario: Scenario, method: str, path: str, body: Any, message: str
):
    task = factories.task(scenario)

    response = scenario.client.call(method, path.format(task=task.pk, finding=task.finding_id), body)

    assert (response.status_code, error(response)["message"]) == (422, message)


def test_details_have_all_problems(scenario: Scenario):
    task = factories.task(scenario)

    found = error(scenario.client.call("patch", f"tasks/{task.pk}", {"status": "open", "priority": "p1"}))

    assert list(found["details"]) == ["status", "priority"]
    assert found["message"] == f"status: {found['details']['status'][0]}"


def test_error_leads_to_its_documentation(scenario: Scenario, settings: Any):
    url = error(scenario.client.call("get", "tasks/x"))["doc_url"]

    page = scenario.client.get(url.removeprefix(settings.KRAFTER_PUBLIC_URL).partition("#")[0])

    # The last three are errors of the web server.
    codes = ("not_found", "bad_request", "request_timeout", "header_too_large")
    assert url.endswith("/api/docs/errors#not_found")
    assert [code for code in codes if f'id="{code}"' not in page.content.decode()] == []


@pytest.mark.usefixtures("mid_minute_clock")
def test_exceeded_rate_limit_states_its_numbers(scenario: Scenario, settings: Any):
    settings.KRAFTER_RATE_DEFAULT = 1
    scenario.client.call("get", "tasks")

    found = error(scenario.client.call("get", "tasks"))

    assert (found["code"], found["details"]) == (
        "rate_limited",
        {"limit": 1, "window_seconds": 60, "retry_after": 30},
    )


@pytest.mark.parametrize("name", ["email", "name"])
def test_fields_of_a_person_are_read_only(scenario: Scenario, name: str):
    url = f"/api/v1/orgs/{scenario.organization.pk}/members/{scenario.owner.pk}"

    response = scenario.client.call("patch", url, {"role": "owner", name: "x"})

    assert error(response)["message"] == f"{name}: This field is read-only."


@pytest.mark.parametrize(
    ("path", "body", "name"),
    [
        ("members", {"email": "sam@example.com", "name": "Sam"}, "name"),
        ("saved-views", {"list": "findings.finding", "name": "Mine", "query": "", "url": "x"}, "url"),
    ],
)
def test_fields_that_a_new_row_gets_from_the_system_are_read_only(
    scenario: Scenario, path: str, body: dict[str, str], name: str
):
    response = scenario.client.call("post", f"/api/v1/orgs/{scenario.organization.pk}/{path}", body)

    assert error(response)["message"] == f"{name}: This field is read-only."


@pytest.mark.parametrize("path", ["findings", "policies/test", "integrations/github/sync"])
def test_null_is_no_empty_body(scenario: Scenario, path: str):
    url = f"{scenario.client.base}{path}"

    response = scenario.client.post(url, "null", content_type="application/json")

    assert (response.status_code, error(response)["message"]) == (422, "Send an object.")
