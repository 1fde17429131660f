"""The demo waits where the API limits its requests, and sets what its steps need."""

from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from devtools.demo import client
from devtools.demo.walkthrough import Walkthrough

AUDIT = "/api/v1/orgs/org/projects/shop/audit"
REPORTS = f"{AUDIT}/reports"


def envelope(data: Any = None, error: Any = None) -> dict[str, Any]:
    return {"data": data, "meta": {}, "error": error}


def facts_of(httpserver: HTTPServer) -> dict[str, Any]:
    return {
        "demo_site": "http://127.0.0.1:9",
        "url": httpserver.url_for("").rstrip("/"),
        "org_id": "org",
        "project_id": "shop",
        "api_key": "key",
    }


def test_download_is_repeated_after_a_rate_limit(
    httpserver: HTTPServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []
    monkeypatch.setattr(client.time, "sleep", waits.append)
    limited = envelope(error={"code": "rate_limited", "message": "Too many requests.", "details": {}})
    for method, path, data, status in (
        ("POST", "/export", envelope({"id": "1", "status": "queued"}), 202),
        ("GET", "/1", envelope({"id": "1", "status": "exported"}), 200),
        ("GET", "/1/download", limited, 429),
    ):
        httpserver.expect_ordered_request(f"{REPORTS}{path}", method).respond_with_json(data, status)
    httpserver.expect_ordered_request(f"{REPORTS}/1/download").respond_with_data("id\n1\n")

    file = Walkthrough(facts_of(httpserver), tmp_path / "out").export("csv")

    assert file is not None
    assert file.read_text() == "id\n1\n"
    assert [0 < wait <= 61 for wait in waits] == [True]
    httpserver.check()


def test_tasks_get_due_dates_whatever_the_policy_had(httpserver: HTTPServer, tmp_path: Path) -> None:
    policy = f"{AUDIT}/policies/current"
    httpserver.expect_ordered_request(policy, "GET").respond_with_json(envelope({"config": {"scan": {}}}))
    httpserver.expect_ordered_request(policy, "PUT").respond_with_json(envelope({}))

    Walkthrough(facts_of(httpserver), tmp_path / "out").set_guard_and_clock()

    config = httpserver.log[-1][0].json["config"]
    assert set(config) == {"scan", "guard", "sla", "sla_hours"}
    assert set(config["sla_hours"]) == {"critical", "high", "medium", "low"}
    httpserver.check()
