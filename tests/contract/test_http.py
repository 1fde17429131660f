"""The behaviour that HTTP clients expect: links, locations, redirects, compression."""

import gzip
import json
from collections.abc import Callable
from typing import Any

import pytest

from krafter_audit.web import compression
from tests import factories
from tests.factories import AuditClient, Scenario
from tests.unit.integrations.conftest import CREDENTIALS

pytestmark = pytest.mark.django_db


def test_a_page_links_to_the_next_one_with_the_same_filters(scenario: Scenario):
    finding = factories.finding(scenario)
    for _ in range(3):
        factories.task(scenario, of=finding)

    first = scenario.client.call("get", "tasks?status=backlog&limit=2")
    url, relation = first["link"].split("; ")
    second = scenario.client.get(url.strip("<>").removeprefix("http://testserver"))

    assert relation == 'rel="next"'
    assert [row["id"] for row in second.json()["data"]] == [
        row["id"] for row in scenario.client.call("get", "tasks?status=backlog").json()["data"]
    ][2:]
    assert "link" not in second


def test_links_lead_through_all_pages_of_findings(scenario: Scenario):
    made = [str(factories.finding(scenario).pk) for _ in range(5)]

    url, found = f"{scenario.client.base}findings?limit=2&sort=created_at", []
    while url:
        page = scenario.client.get(url)
        found += [row["id"] for row in page.json()["data"]]
        url = page.get("link", "").partition(";")[0].strip("<>").removeprefix("http://testserver")

    assert (found, page.json()["meta"]["next_cursor"]) == (made, None)


@pytest.mark.parametrize("path", ["findings", "sites"])
def test_a_created_resource_has_its_location(scenario: Scenario, path: str):
    body = {"findings": {"domain": "seo", "title": "A"}, "sites": {"host": "example.com"}}[path]

    made = scenario.client.call("post", path, body, idempotency_key="once")
    again = scenario.client.call("post", path, body, idempotency_key="once")

    assert made.status_code == 201
    assert made["location"] == again["location"]
    assert scenario.client.get(made["location"]).json()["data"]["id"] == made.json()["data"]["id"]


def test_an_updated_finding_has_no_location(scenario: Scenario):
    body = {"domain": "seo", "title": "A"}
    scenario.client.call("post", "findings", body)

    assert "location" not in scenario.client.call("post", "findings", body)


@pytest.mark.parametrize("path", ["verifications/run", "reports/export", "integrations/github/sync"])
def test_accepted_work_has_a_location_and_a_retry_after_header(
    scenario: Scenario, enqueued: list[object], path: str
):
    task = factories.task(scenario, status="ready_verify")
    scenario.client.call("post", "integrations/github/connect", {"credentials": CREDENTIALS})
    bodies = {"verifications/run": {"task_id": str(task.pk)}, "reports/export": {"format": "json"}}

    accepted = scenario.client.call("post", path, bodies.get(path))

    assert (accepted.status_code, accepted["retry-after"]) == (202, "1")
    assert scenario.client.get(accepted["location"]).json()["data"]["id"] == accepted.json()["data"]["id"]


@pytest.mark.parametrize("method", ["get", "post", "patch"])
def test_a_trailing_slash_is_redirected_with_the_query(scenario: Scenario, method: str):
    response = scenario.client.call(method, "tasks/?status=backlog")

    assert (response.status_code, response["location"]) == (
        308,
        f"{scenario.client.base}tasks?status=backlog",
    )
    assert scenario.client.call(method, "nothing/").status_code == 404


def test_a_trailing_slash_does_not_redirect_to_another_host(scenario: Scenario):
    assert scenario.client.get("/api//evil.example/").status_code == 404


@pytest.mark.parametrize(
    ("coding", "decompress"), [("gzip", gzip.decompress), ("zstd", compression.zstd.decompress)]
)
def test_responses_are_compressed_and_their_etag_still_matches(
    scenario: Scenario, coding: str, decompress: Callable[[bytes], bytes]
):
    finding = factories.finding(scenario)
    path = f"findings/{finding.pk}"

    packed = scenario.client.call("get", path, accept_encoding=coding)
    known = scenario.client.call("get", path, accept_encoding=coding, if_none_match=packed["etag"])
    changed = scenario.client.call("patch", path, {"status": "triaged"}, if_match=packed["etag"])

    assert (packed["content-encoding"], packed["etag"][-6:]) == (coding, f'-{coding}"')
    assert json.loads(decompress(packed.content))["data"]["id"] == str(finding.pk)
    assert (known.status_code, changed.status_code) == (304, 200)


VARYING = ("x-request-id", "x-ratelimit-remaining")


@pytest.mark.usefixtures("mid_minute_clock")
@pytest.mark.parametrize(
    "path",
    [
        "findings",
        "findings/{finding}",
        "command-center",
        "policies/current",
        "/api/v1/orgs/{org}/usage",
        "/api/v1/me",
    ],
)
def test_head_has_the_headers_of_get_and_no_body(scenario: Scenario, path: str):
    url = path.format(org=scenario.organization.pk, finding=factories.finding(scenario).pk)

    get, head = scenario.client.call("get", url), scenario.client.call("head", url)

    assert (get.status_code, head.status_code, head.content) == (200, 200, b"")
    assert without_varying(head) == without_varying(get)


def without_varying(response: Any) -> dict[str, str]:
    return {name.lower(): value for name, value in response.items() if name.lower() not in VARYING}


def test_options_needs_a_key(scenario: Scenario):
    response = AuditClient(scenario.project, None).call("options", "findings")

    assert (response.status_code, response.json()["error"]["code"]) == (401, "unauthorized")


ORIGIN = "https://app.example.com"


@pytest.fixture
def cors(settings: Any) -> None:
    settings.CORS_ALLOWED_ORIGINS = [ORIGIN]
    settings.MIDDLEWARE = [
        settings.MIDDLEWARE[0], "corsheaders.middleware.CorsMiddleware", *settings.MIDDLEWARE[1:]
    ]  # fmt: skip


def cors_headers(response: Any) -> dict[str, str]:
    return {
        name.lower(): value for name, value in response.items() if name.lower().startswith("access-control-")
    }


def test_other_origins_may_not_call_the_api_by_default(scenario: Scenario):
    response = scenario.client.call("get", "findings", origin=ORIGIN)

    assert cors_headers(response) == {}


def test_a_listed_origin_may_call_the_api_without_cookies(scenario: Scenario, cors: None):
    preflight = AuditClient(scenario.project, None).call(
        "options", "findings", origin=ORIGIN, access_control_request_method="PATCH",
        access_control_request_headers="authorization,if-match",
    )  # fmt: skip
    allowed = scenario.client.call("get", "findings", origin=ORIGIN)
    refused = AuditClient(scenario.project, None).call("get", "findings", origin=ORIGIN)

    assert preflight.status_code == 200
    assert "if-match" in preflight["access-control-allow-headers"]
    assert [response["access-control-allow-origin"] for response in (preflight, allowed, refused)] == [
        ORIGIN
    ] * 3
    assert "etag" in allowed["access-control-expose-headers"]
    assert "access-control-allow-credentials" not in {**cors_headers(preflight), **cors_headers(allowed)}


@pytest.mark.parametrize("path", ["findings", "/admin/login/"])
def test_an_origin_that_is_not_listed_gets_no_permission(scenario: Scenario, cors: None, path: str):
    listed = ORIGIN if path.startswith("/admin") else "https://evil.example"

    assert cors_headers(scenario.client.call("get", path, origin=listed)) == {}
