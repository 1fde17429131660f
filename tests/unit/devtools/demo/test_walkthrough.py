"""The demo waits where the API limits its requests."""

from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from devtools.demo import client
from devtools.demo.walkthrough import Walkthrough

REPORTS = "/api/v1/orgs/org/projects/shop/audit/reports"


def envelope(data: Any = None, error: Any = None) -> dict[str, Any]:
    return {"data": data, "meta": {}, "error": error}


def test_download_is_repeated_after_a_rate_limit(
    httpserver: HTTPServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []
    monkeypatch.setattr(client.time, "sleep", waits.append)
    facts = {
        "demo_site": "http://127.0.0.1:9",
        "url": httpserver.url_for("").rstrip("/"),
        "org_id": "org",
        "project_id": "shop",
        "api_key": "key",
    }
    limited = envelope(error={"code": "rate_limited", "message": "Too many requests.", "details": {}})
    for method, path, data, status in (
        ("POST", "/export", envelope({"id": "1", "status": "queued"}), 202),
        ("GET", "/1", envelope({"id": "1", "status": "exported"}), 200),
        ("GET", "/1/download", limited, 429),
    ):
        httpserver.expect_ordered_request(f"{REPORTS}{path}", method).respond_with_json(data, status)
    httpserver.expect_ordered_request(f"{REPORTS}/1/download").respond_with_data("id\n1\n")

    file = Walkthrough(facts, tmp_path / "out").export("csv")

    assert file is not None
    assert file.read_text() == "id\n1\n"
    assert [0 < wait <= 61 for wait in waits] == [True]
    httpserver.check()
