"""What HTTP clients expect: links, locations, redirects, compression."""

import gzip
import json

import pytest

from tests import factories
from tests.factories import Scenario
from tests.unit.integrations.conftest import CREDENTIALS

pytestmark = pytest.mark.django_db


def test_a_page_links_to_the_next_one_with_the_same_filters(scenario: Scenario):
    finding = factories.finding(scenario)
    for _ in range(3):
        factories.task(scenario, of=finding)

    first = scenario.client.ask("get", "tasks?status=backlog&limit=2")
    url, relation = first["link"].split("; ")
    second = scenario.client.get(url.strip("<>").removeprefix("http://testserver"))

    assert relation == 'rel="next"'
    assert [row["id"] for row in second.json()["data"]] == [
        row["id"] for row in scenario.client.ask("get", "tasks?status=backlog").json()["data"]
    ][2:]
    assert "link" not in second


@pytest.mark.parametrize("path", ["findings", "sites"])
def test_a_created_resource_has_its_location(scenario: Scenario, path: str):
    body = {"findings": {"domain": "seo", "title": "A"}, "sites": {"host": "example.com"}}[path]

    made = scenario.client.ask("post", path, body, idempotency_key="once")
    again = scenario.client.ask("post", path, body, idempotency_key="once")

    assert made.status_code == 201
    assert made["location"] == again["location"]
    assert scenario.client.get(made["location"]).json()["data"]["id"] == made.json()["data"]["id"]


def test_an_updated_finding_has_no_location(scenario: Scenario):
    body = {"domain": "seo", "title": "A"}
    scenario.client.ask("post", "findings", body)

    assert "location" not in scenario.client.ask("post", "findings", body)


@pytest.mark.parametrize("path", ["verifications/run", "reports/export", "integrations/github/sync"])
def test_accepted_work_says_where_and_when_to_look(scenario: Scenario, sent: list[object], path: str):
    task = factories.task(scenario, status="ready_verify")
    scenario.client.ask("post", "integrations/github/connect", {"credentials": CREDENTIALS})
    bodies = {"verifications/run": {"task_id": str(task.pk)}, "reports/export": {"format": "json"}}

    accepted = scenario.client.ask("post", path, bodies.get(path))

    assert (accepted.status_code, accepted["retry-after"]) == (202, "1")
    assert scenario.client.get(accepted["location"]).json()["data"]["id"] == accepted.json()["data"]["id"]


@pytest.mark.parametrize("method", ["get", "post", "patch"])
def test_a_trailing_slash_is_redirected_with_the_query(scenario: Scenario, method: str):
    response = scenario.client.ask(method, "tasks/?status=backlog")

    assert (response.status_code, response["location"]) == (
        308,
        f"{scenario.client.base}tasks?status=backlog",
    )
    assert scenario.client.ask(method, "nothing/").status_code == 404


def test_a_trailing_slash_does_not_redirect_to_another_host(scenario: Scenario):
    assert scenario.client.get("/api//evil.example/").status_code == 404


def test_responses_are_compressed_and_their_etag_still_matches(scenario: Scenario):
    finding = factories.finding(scenario)
    path = f"findings/{finding.pk}"

    packed = scenario.client.ask("get", path, accept_encoding="gzip")
    known = scenario.client.ask("get", path, accept_encoding="gzip", if_none_match=packed["etag"])
    changed = scenario.client.ask("patch", path, {"status": "triaged"}, if_match=packed["etag"])

    assert (packed["content-encoding"], packed["etag"][-6:]) == ("gzip", '-gzip"')
    assert json.loads(gzip.decompress(packed.content))["data"]["id"] == str(finding.pk)
    assert (known.status_code, changed.status_code) == (304, 200)


@pytest.mark.parametrize("path", ["findings", "command-center", "/api/v1/orgs/{org}/usage"])
def test_head_and_options_answer(scenario: Scenario, path: str):
    path = path.format(org=scenario.organization.pk)

    head, options = scenario.client.ask("head", path), scenario.client.ask("options", path)

    assert (head.status_code, head.content) == (200, b"")
    assert options.status_code in (200, 405)
