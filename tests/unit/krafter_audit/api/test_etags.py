"""A client reads an unchanged resource without its body, and changes only the state that it has read."""

from typing import Any

import pytest

from tests import factories
from tests.factories import Scenario

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("path", "change", "method"),
    [("tasks/{task}", {"title": "New"}, "patch"), ("findings/{finding}", {"title": "New"}, "patch"),
     ("policies/current", {"config": {}}, "put")],
)  # fmt: skip
def test_a_change_of_an_older_state_is_refused(scenario: Scenario, path: str, change: Any, method: str):
    task = factories.task(scenario)
    path = path.format(task=task.pk, finding=task.finding_id)
    read = scenario.client.call("get", path)
    assert read["etag"].startswith('"')

    first = scenario.client.call(method, path, change, if_match=read["etag"])
    second = scenario.client.call(method, path, change, if_match=read["etag"])

    assert first.status_code == 200
    assert first["etag"] == scenario.client.call("get", path)["etag"] != read["etag"]
    assert (second.status_code, second.json()["error"]["code"]) == (412, "precondition_failed")
    assert scenario.client.call(method, path, change, if_match="*").status_code == 200


def test_unchanged_resource_returns_304(scenario: Scenario):
    task = factories.task(scenario)
    tag = scenario.client.call("get", f"tasks/{task.pk}")["etag"]

    response = scenario.client.call("get", f"tasks/{task.pk}", if_none_match=tag)

    assert (response.status_code, response.content, response["content-length"]) == (304, b"", "0")


def test_tag_that_a_proxy_has_weakened_saves_a_response_and_permits_no_change(scenario: Scenario):
    path = f"findings/{factories.finding(scenario).pk}"
    tag = scenario.client.call("get", path)["etag"]

    response = scenario.client.call("get", path, if_none_match=f"W/{tag}")
    any_version = scenario.client.call("get", path, if_none_match="*")
    refused = scenario.client.call("patch", path, {"status": "triaged"}, if_match=f"W/{tag}")

    assert (response.status_code, response.content) == (304, b"")
    assert (any_version.status_code, refused.status_code) == (304, 412)
