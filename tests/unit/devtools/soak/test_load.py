"""The load of a soak counts what a system answers."""

import pytest
from pytest_httpserver import HTTPServer

from devtools.soak.load import Load


@pytest.fixture
def load(httpserver: HTTPServer) -> Load:
    url = httpserver.url_for("").rstrip("/")
    return Load({"demo_site": url, "api_key": "k", "url": url, "org_id": "o", "project_id": "p"})


def test_answers_are_counted_by_action_and_status(load: Load, httpserver: HTTPServer) -> None:
    path = "/api/v1/orgs/o/projects/p/audit"
    httpserver.expect_request(f"{path}/findings", method="POST").respond_with_json({"data": {"id": "f"}}, 201)
    httpserver.expect_request(f"{path}/tasks", method="POST").respond_with_json({"data": {"id": "t"}}, 201)
    httpserver.expect_request(f"{path}/verifications/run").respond_with_json({"data": None}, 503)

    load.verify()

    assert load.responses == {
        ("POST findings", 201): 1,
        ("POST tasks", 201): 1,
        ("POST verifications", 503): 1,
    }
    assert load.errors == {("POST verifications", 503): 1}


def test_missing_answer_is_an_error(load: Load, httpserver: HTTPServer) -> None:
    load.audit = "http://127.0.0.1:1"

    load.scan()

    assert load.errors == {("POST scans", 0): 1}
