"""Whatever is described with If-Match honours it: a request for an earlier version changes nothing.

Nor does a request that sends the present values.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import saved_views
from accounts.models import ApiKey
from accounts.services import create_user
from integrations import services as integrations
from integrations.webhooks import services as webhooks
from notifications import destinations
from notifications.webhooks import services as webhook_endpoints
from scans.site_credentials.services import set_credentials
from tests import factories
from tests.contract.routes import ROUTES
from tests.factories import Scenario

pytestmark = pytest.mark.django_db
EARLIER = '"1"'
EMAIL = {"recipients": ["ops@example.com"]}
ORIGIN = "https://staging.example.com"


@dataclass
class Case:
    """A resource that exists: where it is changed, where its ETag is read, and a valid change."""

    path: str
    read: str
    body: dict[str, Any] | None = None


def connect(scenario: Scenario) -> None:
    credentials = {"token": "t", "repository": "acme/site"}
    integrations.connect(scenario.project, "github", credentials=credentials, by=scenario.actor)


def finding(scenario: Scenario) -> Case:
    path = f"findings/{factories.finding(scenario).pk}"
    return Case(path, path, {"status": "triaged"})


def task(scenario: Scenario) -> Case:
    path = f"tasks/{factories.task(scenario).pk}"
    return Case(path, path, {"title": "Another title"})


def task_comment(scenario: Scenario) -> Case:
    url = f"tasks/{factories.task(scenario).pk}/comments"
    path = scenario.client.call("post", url, {"body": "A comment"})["location"]
    return Case(path, path, {"body": "Another comment"})


def task_labels(scenario: Scenario) -> Case:
    path = f"tasks/{factories.task(scenario).pk}/labels"
    return Case(path, path, {"labels": ["a"]})


def policy(scenario: Scenario) -> Case:
    return Case("policies/current", "policies/current", {"config": {}})


def site_credentials(scenario: Scenario) -> Case:
    headers = {"x-key": "secret"}
    set_credentials(scenario.project, origin=ORIGIN, credentials={"headers": headers}, by=scenario.actor)
    return Case("access", "access", {"origin": ORIGIN, "headers": headers})


def integration(scenario: Scenario) -> Case:
    connect(scenario)
    return Case("integrations/github", "integrations/github/schedule")


def webhook(scenario: Scenario) -> Case:
    connect(scenario)
    webhooks.enable(scenario.project, "github", secret=None, by=scenario.actor)
    path = "integrations/github/webhook"
    return Case(path, path, {"secret": "chosen-by-the-provider"})  # a generated one is new each time


def destination(scenario: Scenario) -> Case:
    destinations.set_destination(scenario.project, "email", by=scenario.actor, **EMAIL)
    return Case("alerts/destinations/email", "alerts/destinations/email", EMAIL)


def share(scenario: Scenario) -> Case:
    scenario.client.call("post", "reports/export", {"format": "json"})
    scenario.client.call("post", "reports/share", {"channel": "link"})
    pk = scenario.client.call("get", "reports/shares").json()["data"][0]["id"]
    return Case(f"reports/shares/{pk}", f"reports/shares/{pk}")


def project(scenario: Scenario) -> Case:
    path = f"/api/v1/orgs/{scenario.organization.pk}/projects/{scenario.project.slug}"
    return Case(path, path, {"name": "Another name"})


def member(scenario: Scenario) -> Case:
    user = create_user("member@example.com", organization=scenario.organization)
    path = f"/api/v1/orgs/{scenario.organization.pk}/members/{user.pk}"
    return Case(path, path, {"role": "viewer"})


def api_key(scenario: Scenario) -> Case:
    factories.api_key(scenario)
    path = f"/api/v1/orgs/{scenario.organization.pk}/keys/{ApiKey.objects.get(name='another').pk}"
    return Case(path, path)


def webhook_endpoint(scenario: Scenario) -> Case:
    endpoint, _ = webhook_endpoints.create(
        scenario.organization, url="https://hooks.example.com/audit", by=scenario.actor
    )
    path = f"/api/v1/orgs/{scenario.organization.pk}/webhooks/{endpoint.pk}"
    return Case(path, path, {"events": ["finding.*"]})


def saved_view(scenario: Scenario) -> Case:
    view, _ = saved_views.save(
        scenario.owner, list_name="findings.finding", name="Open", query="quick=open", organization_id=None
    )
    path = f"/api/v1/orgs/{scenario.organization.pk}/saved-views/{view.pk}"
    return Case(path, path, {"name": "Open ones"})


def campaign(scenario: Scenario) -> Case:
    made = scenario.client.call("post", "campaigns", {"name": "Before the relaunch"}).json()["data"]
    return Case(f"campaigns/{made['id']}", f"campaigns/{made['id']}", {"name": "Another name"})


def dismissal(scenario: Scenario) -> Case:
    path = f"findings/{factories.finding(scenario).pk}"
    return Case(f"{path}/dismiss", path, {"reason": "accepted_risk", "comment": "Known."})


def restored_policy(scenario: Scenario) -> Case:
    for hours in (1, 2):
        scenario.client.call("put", "policies/current", {"config": {"sla_hours": {"low": hours}}})
    versions = scenario.client.call("get", "policies").json()["data"]
    return Case(f"policies/{versions[-1]['id']}/restore", "policies/current")


def webhook_secret(scenario: Scenario) -> Case:
    path = webhook_endpoint(scenario).path
    return Case(f"{path}/rotate-secret", path)


ORGANIZATION = "api/v1/orgs/<str:org_id>"
RESOURCES: dict[str, Callable[[Scenario], Case]] = {
    "findings/<str:pk>": finding,
    "tasks/<str:pk>": task,
    "tasks/<str:pk>/comments/<str:comment_id>": task_comment,
    "tasks/<str:pk>/labels": task_labels,
    "policies/current": policy,
    "campaigns/<str:pk>": campaign,
    "access": site_credentials,
    "integrations/<str:provider>": integration,
    "integrations/<str:provider>/webhook": webhook,
    "alerts/destinations/<str:channel>": destination,
    "reports/shares/<str:pk>": share,
    f"{ORGANIZATION}/projects/<str:project_id>": project,
    f"{ORGANIZATION}/members/<str:user_id>": member,
    f"{ORGANIZATION}/keys/<str:key_id>": api_key,
    f"{ORGANIZATION}/saved-views/<str:pk>": saved_view,
    f"{ORGANIZATION}/webhooks/<str:pk>": webhook_endpoint,
    "findings/<str:pk>/dismiss": dismissal,
    "policies/<str:pk>/restore": restored_policy,
    f"{ORGANIZATION}/webhooks/<str:pk>/rotate-secret": webhook_secret,
}
CHANGES = [
    (method, route.split("audit/")[-1])
    for route, method, view in ROUTES
    if method in ("put", "patch", "delete")
    or (method == "post" and view.actions["post"] in view.cls.conditional_actions)
]
IDS = [f"{method} {route}" for method, route in CHANGES]


def change(scenario: Scenario, method: str, case: Case, **headers: str) -> Any:
    return scenario.client.call(method, case.path, None if method == "delete" else case.body, **headers)


def written_by(queries: CaptureQueriesContext) -> list[str]:
    return [query["sql"] for query in queries if query["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]


@pytest.mark.parametrize(("method", "route"), CHANGES, ids=IDS)
def test_an_earlier_version_is_refused_and_nothing_is_written(scenario: Scenario, method: str, route: str):
    case = RESOURCES[route](scenario)
    etag = scenario.client.call("get", case.read)["etag"]

    with CaptureQueriesContext(connection) as queries:
        response = change(scenario, method, case, if_match=EARLIER)

    assert (response.status_code, response.json()["error"]["code"]) == (412, "precondition_failed")
    assert response["etag"] == etag
    assert written_by(queries) == []
    assert scenario.client.call("get", case.read)["etag"] == etag


@pytest.mark.parametrize(("method", "route"), CHANGES, ids=IDS)
def test_the_current_version_is_changed(scenario: Scenario, method: str, route: str):
    case = RESOURCES[route](scenario)
    etag = scenario.client.call("get", case.read)["etag"]

    response = change(scenario, method, case, if_match=f"{EARLIER}, {etag}")

    assert response.status_code == 200, response.content


@pytest.mark.parametrize(
    ("method", "route"),
    [(method, route) for method, route in CHANGES if method != "delete"],
    ids=lambda value: value,
)
def test_a_changed_resource_has_the_etag_that_a_read_returns(scenario: Scenario, method: str, route: str):
    case = RESOURCES[route](scenario)

    response = change(scenario, method, case)

    assert response["etag"] == scenario.client.call("get", case.read)["etag"]


@pytest.mark.parametrize(
    ("method", "route"),
    [(method, route) for method, route in CHANGES if method in ("put", "patch")],
    ids=lambda value: value,
)
def test_a_repeated_change_writes_nothing_and_keeps_the_etag(scenario: Scenario, method: str, route: str):
    case = RESOURCES[route](scenario)
    first = change(scenario, method, case)

    with CaptureQueriesContext(connection) as queries:
        second = change(scenario, method, case)

    assert (second.status_code, second["etag"]) == (200, first["etag"])
    assert second.json()["data"] == first.json()["data"]
    assert written_by(queries) == []


@pytest.mark.parametrize(
    ("path", "body"),
    [("access", {"origin": ORIGIN, "headers": {"x-key": "s"}}), ("alerts/destinations/email", EMAIL)],
)
def test_a_resource_that_does_not_exist_matches_no_version(
    scenario: Scenario, path: str, body: dict[str, Any]
):
    response = scenario.client.call("put", path, body, if_match="*")

    assert (response.status_code, response.json()["error"]["code"]) == (412, "precondition_failed")
    assert scenario.client.call("get", path).status_code == 404
