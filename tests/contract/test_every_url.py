"""Walk the URL tree: no URL of the API responds without a key, or to another organisation or project."""

import re
from typing import Any

import pytest

from accounts import saved_views, services
from accounts.models import ApiKey, Membership, User
from accounts.viewsets import OrganizationViewSet
from assurance.models import Deploy, GuardWindow
from bulk_changes.models import BulkChange
from campaigns.models import Campaign
from events.models import Event
from findings.models import Finding
from integrations.models import SyncConflict
from krafter_audit.api.openapi.schema import CachedSchemaGenerator
from krafter_audit.api.query_parameters import declared_parameters
from notifications.models import WebhookEndpoint
from remediation.models import Policy, Task, Verification
from reports.models import Report, Share
from scans.models import Scan, Site
from tests import factories
from tests.contract.routes import ROUTES, fill
from tests.factories import AuditClient, Scenario
from tests.staff import ROWS

pytestmark = pytest.mark.django_db

PARAMETER = re.compile(r"<[^>]+>|{[^}]+}")


def test_walk_finds_every_operation_of_the_description():
    described = CachedSchemaGenerator().get_schema(public=True)["paths"].items()

    assert {(PARAMETER.sub("", f"/{route}"), method) for route, method, _ in ROUTES} == {
        (PARAMETER.sub("", path), method) for path, operations in described for method in operations
    }


def test_every_api_view_inherits_the_request_order():
    others = [
        f"{method} {route}" for route, method, view in ROUTES if not issubclass(view.cls, OrganizationViewSet)
    ]

    assert others == []


@pytest.mark.slow
def test_every_url_requires_a_key(scenario: Scenario):
    anyone, answers = AuditClient(scenario.project, None), {}

    for route, method, _ in ROUTES:
        response = anyone.call(method, fill(route, scenario, str(scenario.owner.pk)))
        answers[f"{method} {route}"] = (response.status_code, response.json()["error"]["code"])

    assert answers == dict.fromkeys(answers, (401, "unauthorized"))


@pytest.mark.slow
def test_every_url_rejects_the_key_of_another_organisation(scenario: Scenario):
    other = factories.scenario()
    row = str(factories.task(scenario).pk)
    answers = {}

    for route, method, _ in ROUTES:
        if "<str:org_id>" in route:
            response = other.client.call(method, fill(route, scenario, row))
            answers[f"{method} {route}"] = (response.status_code, response.json()["error"]["code"])

    assert answers == dict.fromkeys(answers, (403, "forbidden"))


CHANGES = [
    (route, method)
    for route, method, view in ROUTES
    if "<str:org_id>" in route
    and method not in ("get", "options")
    and view.actions[method] not in view.cls.read_only_posts
]


@pytest.mark.parametrize("role", ["viewer", "viewer who was a member"])
def test_every_change_rejects_the_key_of_a_viewer(scenario: Scenario, role: str):
    person = User.objects.create_user("viewer@example.com")
    membership = Membership.objects.create(organization=scenario.organization, user=person, role="member")
    viewer = factories.api_key(scenario, user=person, scopes=["*"] if "was" in role else ["audit:read"])
    membership.role = "viewer"
    membership.save()
    row, answers = str(factories.task(scenario).pk), {}

    for route, method in CHANGES:
        response = viewer.call(method, fill(route, scenario, row))
        answers[f"{method} {route}"] = (response.status_code, response.json()["error"]["code"])

    assert answers == dict.fromkeys(answers, (403, "insufficient_scope"))


def test_every_change_of_the_organisation_rejects_a_key_that_is_bound_to_projects(scenario: Scenario):
    bound = factories.api_key(scenario, projects=[scenario.project])
    row, answers = str(factories.task(scenario).pk), {}

    for route, method in CHANGES:
        if "<str:project_id>" not in route:
            response = bound.call(method, fill(route, scenario, row))
            answers[f"{method} {route}"] = (response.status_code, response.json()["error"]["code"])

    assert answers == dict.fromkeys(answers, (403, "insufficient_role"))


@pytest.mark.slow
def test_every_url_of_a_project_rejects_a_key_that_is_bound_to_another(scenario: Scenario):
    elsewhere = services.create_project(scenario.organization, slug="other", site_url="https://example.org")
    bound = factories.api_key(scenario, projects=[elsewhere])
    row, answers = str(factories.task(scenario).pk), {}

    for route, method, _ in ROUTES:
        if "<str:project_id>/audit" in route:
            response = bound.call(method, fill(route, scenario, row))
            answers[f"{method} {route}"] = (response.status_code, response.json()["error"]["code"])

    assert answers == dict.fromkeys(answers, (404, "not_found"))


@pytest.mark.slow
def test_every_operation_rejects_unknown_parameters(scenario: Scenario):
    answers, expected = {}, {}

    for route, method, view in ROUTES:
        url = fill(route, scenario, str(scenario.owner.pk))
        response = scenario.client.call(method, f"{url}?inlcude=tasks&zzz=1")
        error = response.json()["error"]
        known = declared_parameters(view.cls, view.actions[method])
        answers[f"{method} {route}"] = (
            response.status_code,
            error["code"],
            {name: "Did you mean include?" in messages[0] for name, messages in error["details"].items()},
            error["details"].get("zzz", [""])[0].startswith("Unknown parameter"),
        )
        expected[f"{method} {route}"] = (
            422,
            "invalid_params",
            {"inlcude": "include" in known, "zzz": False},
            True,
        )

    assert answers == expected


@pytest.mark.slow
@pytest.mark.parametrize("row", ["another project's", "absent", "no-uuid", "%00"])
def test_rows_of_another_project_are_not_found(scenario: Scenario, row: str):
    other = factories.scenario()
    elsewhere = services.create_project(scenario.organization, slug="other", site_url="https://example.org")
    verification = factories.verification(
        factories.Scenario(scenario.organization, scenario.owner, elsewhere, "", scenario.client)
    )
    ids = {
        "tasks": verification.task_id,
        "verifications": verification.pk,
        "findings": verification.task.finding_id,
    }
    before, answers = factories.remediation_state(verification), {}

    for route, method, _ in ROUTES:
        if "<str:pk>" not in route:
            continue
        kind = route.split("audit/")[-1].split("/")[0]
        pk = {"another project's": str(ids.get(kind, other.owner.pk)), "absent": str(other.owner.pk)}.get(
            row, row
        )
        change = {"title": "Another"} if method == "patch" else None
        response = scenario.client.call(method, fill(route, scenario, pk), change)
        answers[f"{method} {route}"] = (
            response.status_code,
            response.json()["error"]["code"],
            factories.remediation_state(verification) == before,
        )

    assert answers == dict.fromkeys(answers, (404, "not_found", True))


# What `…/tasks/:id` names; saved views are added by the test.
MODELS = {
    "bulk-changes": BulkChange, "campaigns": Campaign, "conflicts": SyncConflict, "deploys": Deploy,
    "findings": Finding, "guard-windows": GuardWindow, "keys": ApiKey, "members": User, "policies": Policy,
    "reports": Report, "scans": Scan, "shares": Share, "sites": Site, "tasks": Task,
    "verifications": Verification, "webhooks": WebhookEndpoint,
}  # fmt: skip


@pytest.mark.slow
def test_rows_of_another_organisation_are_not_found(scenario: Scenario):
    other, answers = factories.scenario(), {}
    rows = {name: ROWS[model](other).pk for name, model in MODELS.items()}
    shared = {"list_name": "findings.finding", "organization_id": other.organization.pk}
    rows["saved-views"] = saved_views.save(other.owner, name="Theirs", query="", **shared)[0].pk
    theirs = Event.objects.exclude(project=scenario.project)
    before = theirs.count()

    for route, method, _ in ROUTES:
        if found := re.search(r"([\w-]+)/<str:(pk|user_id|key_id)>", route):
            change = {"title": "Another"} if method == "patch" else None
            response = scenario.client.call(method, fill(route, scenario, str(rows[found[1]])), change)
            answers[f"{method} {route}"] = (response.status_code, response.json()["error"]["code"])

    assert answers == dict.fromkeys(answers, (404, "not_found"))
    assert theirs.count() == before


@pytest.mark.parametrize(("path", "field"), [("tasks", "finding_id"), ("verifications/run", "task_id")])
def test_bodies_with_rows_of_another_project_are_rejected(scenario: Scenario, path: str, field: str):
    other = factories.scenario()
    task = factories.task(other)
    body = (
        {"finding_id": str(task.finding_id), "title": "Mine"}
        if path == "tasks"
        else {"task_id": str(task.pk)}
    )

    response = scenario.client.call("post", path, body)

    assert (response.status_code, response.json()["error"]["code"]) == (404, "not_found")
    assert field in response.json()["error"]["details"]
    assert Task.objects.filter(project=scenario.project).count() == 0


@pytest.mark.slow
def test_options_lists_the_methods_of_every_url(scenario: Scenario):
    answers, expected = {}, {}

    for route, view in {route: view for route, _, view in ROUTES}.items():
        methods = {method.upper() for method in view.actions}
        response = scenario.client.call("options", fill(route, scenario, str(scenario.owner.pk)))
        answers[route] = (response.status_code, response.content, set(response["allow"].split(", ")))
        expected[route] = (204, b"", methods | {"OPTIONS"} | ({"HEAD"} if "GET" in methods else set()))

    assert answers == expected


@pytest.mark.slow
def test_head_of_every_url_has_the_status_and_headers_of_get(scenario: Scenario):
    varying = {"x-request-id", "x-ratelimit-remaining", "content-length"}
    answers, expected = {}, {}

    for route, method, _ in ROUTES:
        if method == "get":
            url = fill(route, scenario, str(scenario.owner.pk))
            get, head = scenario.client.call("get", url), scenario.client.call("head", url)
            expected[route] = (get.status_code, b"", headers_of(get) - varying)
            answers[route] = (head.status_code, head.content, headers_of(head) - varying)

    assert answers == expected


def headers_of(response: Any) -> set[str]:
    return {name.lower() for name in response.headers}
