"""The data of a server or a site neither controls the terminal or pipeline, nor makes a list endless."""

import json
import re
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from krafter_client.cli import exits
from krafter_client.cli.__main__ import main
from krafter_client.cli.formats.markdown import markdown_summary
from krafter_client.cli.formats.table import table
from krafter_client.cli.options import note
from krafter_client.cli.problems import Problem, Result
from krafter_client.cli.progress import Progress
from krafter_client.errors import ApiError
from krafter_client.paging import iterate
from pytest_httpserver import HTTPServer

HOSTILE = "\x1b]0;owned\x07\x9b31m\n::error::forged\u202e[link=https://evil.example]click[/link]"


@pytest.fixture
def pipeline(httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> HTTPServer:
    values = {"URL": httpserver.url_for(""), "API_KEY": "kr_live_x", "ORG": str(uuid4()), "PROJECT": "shop"}
    for name, value in values.items():
        monkeypatch.setenv(f"KRAFTER_AUDIT_{name}", value)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    return httpserver


def require_harmless(text: str) -> None:
    assert not {"\x1b", "\x07", "\x9b", "\u202e"} & set(text)
    assert not [line for line in text.splitlines() if line.startswith("::")]


def test_error_of_a_server_does_not_control_the_terminal(
    pipeline: HTTPServer, capsys: pytest.CaptureFixture[str]
) -> None:
    error = {"code": HOSTILE, "message": HOSTILE, "details": {HOSTILE: [HOSTILE]}}
    body = {"data": None, "meta": {"request_id": HOSTILE}, "error": error}
    pipeline.expect_oneshot_request(re.compile(".*")).respond_with_data(
        json.dumps(body), status=422, content_type="application/json"
    )

    status = main(["findings", "list"])

    shown = capsys.readouterr().err
    assert (status, "owned" in shown) == (exits.ERROR, True)
    require_harmless(shown)


def test_lines_on_standard_error_are_harmless(capsys: pytest.CaptureFixture[str]) -> None:
    note(HOSTILE)
    with Progress("Scan") as progress:
        progress.show(HOSTILE)
        progress.note(HOSTILE)

    require_harmless(capsys.readouterr().err)


def test_names_of_checks_are_harmless() -> None:
    problem = Problem(
        fingerprint="f", rule=f"`|{HOSTILE}", title="T", severity="high", domain="seo", message="", urls=()
    )

    shown = table(Result((problem,)))
    row = next(line for line in markdown_summary(Result((problem,))).splitlines() if "high" in line[:8])

    require_harmless(shown)
    assert row.count("`") == 2
    assert row.replace("\\|", "").count("|") == 5


def test_list_whose_cursor_repeats_is_an_error() -> None:
    class Page:
        def __init__(self, cursor: str) -> None:
            self.data: list[Any] = [cursor]
            self.meta: Any = type("Meta", (), {"next_cursor": {"": "a", "a": "b", "b": "a"}[cursor]})

    with pytest.raises(ApiError, match="same page"):
        list(iterate(Page))


@pytest.mark.slow
def test_key_is_not_sent_to_the_host_of_a_redirect(
    pipeline: HTTPServer, capsys: pytest.CaptureFixture[str]
) -> None:
    with HTTPServer(host="127.0.0.1") as other:
        pipeline.expect_request(re.compile(".*")).respond_with_data(
            "{}", status=302, headers={"location": other.url_for("/stolen")}
        )

        status = main(["findings", "list"])

        assert (status, other.log) == (exits.ERROR, [])
    assert "no response of the API" in capsys.readouterr().err
