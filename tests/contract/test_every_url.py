"""Walk the URL tree: no URL of the API responds without a key, or to another organisation or project."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.viewsets import OrganizationViewSet
from krafter_audit.api.query_parameters import declared_parameters
from remediation.models import Task
from tests import factories
from tests.factories import AuditClient, Scenario

pytestmark = pytest.mark.django_db

OPEN = {
    "api/v1/schema",
    "api/docs",
    "api/docs/errors",
    "^api/",
    "api/v1/hooks/<str:provider>/<str:integration>",
}
SENT = {"audit/integrations": "github"}


def addresses(patterns: Any = None, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Return every pattern below /api/ with its view."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        place = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns, place)
        elif isinstance(pattern, URLPattern) and "api/" in place and place not in OPEN:
            yield place, pattern.callback


ROUTES = [
    (place, method, view)
    for place, view in addresses()
    for method in getattr(view, "actions", {"get": None})
    if method != "head"
]
IDS = [f"{method} {place.split('audit/')[-1]}" for place, method, _ in ROUTES]


def fill(place: str, scenario: Scenario, row: str) -> str:
    values = {
        "org_id": str(scenario.organization.pk),
        "project_id": scenario.project.slug,
        "provider": "github",
    }
    return "/" + re.sub(r"<\w+:(\w+)>", lambda found: values.get(found[1], row), place)


def test_url_walk_finds_every_app():
    assert len(ROUTES) >= 25


@pytest.mark.parametrize(("place", "method", "view"), ROUTES, ids=IDS)
def test_every_api_view_inherits_the_request_order(place: str, method: str, view: Any):
    assert issubclass(view.cls, OrganizationViewSet)


@pytest.mark.parametrize(("place", "method", "view"), ROUTES, ids=IDS)
def test_every_url_requires_a_key(scenario: Scenario, place: str, method: str, view: Any):
    response = AuditClient(scenario.project, None).ask(method, fill(place, scenario, str(scenario.owner.pk)))

    assert (response.status_code, response.json()["error"]["code"]) == (401, "unauthorized")


OF_AN_ORGANIZATION = [
    (route, name) for route, name in zip(ROUTES, IDS, strict=True) if "<str:org_id>" in route[0]
]


@pytest.mark.parametrize(
    ("place", "method", "view"),
    [route for route, _ in OF_AN_ORGANIZATION],
    ids=[name for _, name in OF_AN_ORGANIZATION],
)
def test_every_url_rejects_the_key_of_another_organisation(
    scenario: Scenario, place: str, method: str, view: Any
):
    stranger = factories.scenario()
    row = str(factories.task(scenario).pk)

    response = stranger.client.ask(method, fill(place, scenario, row))

    assert (response.status_code, response.json()["error"]["code"]) == (403, "forbidden")


@pytest.mark.parametrize(("place", "method", "view"), ROUTES, ids=IDS)
def test_every_operation_rejects_unknown_parameters(scenario: Scenario, place: str, method: str, view: Any):
    url = fill(place, scenario, str(scenario.owner.pk))

    response = scenario.client.ask(method, f"{url}?inlcude=tasks&zzz=1")

    assert (response.status_code, response.json()["error"]["code"]) == (422, "invalid_params")
    rejected = response.json()["error"]["details"]
    known = declared_parameters(view.cls, view.actions[method])
    assert rejected.keys() == {"inlcude", "zzz"}
    assert ("Did you mean include?" in rejected["inlcude"][0]) == ("include" in known)
    assert rejected["zzz"][0].startswith("Unknown parameter")


WITH_ROW = [(route, name) for route, name in zip(ROUTES, IDS, strict=True) if "<str:pk>" in route[0]]


@pytest.mark.parametrize("row", ["another project's", "absent", "no-uuid", "%00", "1" * 300])
@pytest.mark.parametrize(
    ("place", "method", "view"), [route for route, _ in WITH_ROW], ids=[name for _, name in WITH_ROW]
)
def test_rows_of_another_project_are_not_found(
    scenario: Scenario, place: str, method: str, view: Any, row: str
):
    from accounts import services

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
    kind = place.split("audit/")[-1].split("/")[0]
    pk = {"another project's": str(ids.get(kind, other.owner.pk)), "absent": str(other.owner.pk)}.get(
        row, row
    )
    before = factories.remediation_state(verification)
    change = {"title": "Another"} if method == "patch" else None

    response = scenario.client.ask(method, fill(place, scenario, pk), change)

    assert (response.status_code, response.json()["error"]["code"]) == (404, "not_found")
    assert factories.remediation_state(verification) == before


@pytest.mark.parametrize(("path", "field"), [("tasks", "finding_id"), ("verifications/run", "task_id")])
def test_bodies_with_rows_of_another_project_are_rejected(scenario: Scenario, path: str, field: str):
    other = factories.scenario()
    task = factories.task(other)
    body = (
        {"finding_id": str(task.finding_id), "title": "Mine"}
        if path == "tasks"
        else {"task_id": str(task.pk)}
    )

    response = scenario.client.ask("post", path, body)

    assert (response.status_code, response.json()["error"]["code"]) == (404, "not_found")
    assert field in response.json()["error"]["details"]
    assert Task.objects.filter(project=scenario.project).count() == 0


URLS = {place: view for place, _, view in ROUTES}


@pytest.mark.parametrize(("place", "view"), URLS.items(), ids=URLS)
def test_options_lists_the_methods_of_every_url(scenario: Scenario, place: str, view: Any):
    methods = {method.upper() for method in view.actions}
    expected = methods | {"OPTIONS"} | ({"HEAD"} if "GET" in methods else set())

    response = scenario.client.ask("options", fill(place, scenario, str(scenario.owner.pk)))

    assert (response.status_code, response.content) == (204, b"")
    assert set(response["allow"].split(", ")) == expected


@pytest.mark.parametrize("place", [place for place, method, _ in ROUTES if method == "get"])
def test_head_of_every_url_has_the_status_and_headers_of_get(scenario: Scenario, place: str):
    url = fill(place, scenario, str(scenario.owner.pk))
    varying = {"x-request-id", "x-ratelimit-remaining", "content-length"}

    get, head = scenario.client.ask("get", url), scenario.client.ask("head", url)

    assert (head.status_code, head.content) == (get.status_code, b"")
    assert {name.lower() for name in head.headers} - varying == {
        name.lower() for name in get.headers
    } - varying
