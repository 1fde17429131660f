"""The API's description is a file that is committed, served as it is, and never stale."""

import gzip
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.views import UsageViewSet
from krafter_audit.api.docs import DESCRIPTION
from krafter_audit.api.management.commands import describe_api

PATH = "/api/v1/schema"


def describe(*arguments: str) -> str:
    out = StringIO()
    call_command("describe_api", *arguments, stdout=out, stderr=StringIO())
    return out.getvalue()


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A place for the file that is not in the tree."""
    place = tmp_path / "openapi.json"
    monkeypatch.setattr(describe_api, "DESCRIPTION", place)
    return place


def test_the_description_that_is_committed_is_what_the_code_says() -> None:
    assert describe("--check") == "openapi.json is what the code says.\n"


@pytest.fixture(scope="module")
def said() -> bytes:
    """What the code says, asked once for those tests that are about the file."""
    return describe_api._description()


@pytest.mark.parametrize("change", [lambda kept: kept + b" ", lambda kept: kept.replace(b"Read a task", b"")])
def test_a_stale_description_is_told_with_the_command_that_writes_it(
    elsewhere: Path, change: Callable[[bytes], bytes], said: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(describe_api, "_description", lambda: said)
    stale = change(DESCRIPTION.read_bytes())
    elsewhere.write_bytes(stale)

    with pytest.raises(
        CommandError, match=r"openapi\.json is not what the code says .* Run \./krafter schema"
    ):
        describe("--check")

    assert elsewhere.read_bytes() == stale != DESCRIPTION.read_bytes()


def test_a_check_writes_nothing(elsewhere: Path, said: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(describe_api, "_description", lambda: said)

    with pytest.raises(CommandError):
        describe("--check")

    assert not elsewhere.exists()


def test_the_description_is_written_the_same_each_time(elsewhere: Path) -> None:
    assert (describe(), describe()) == ("openapi.json is written.\n", "openapi.json is what the code says.\n")
    assert elsewhere.read_bytes() == DESCRIPTION.read_bytes()


@pytest.mark.usefixtures("said")  # the generator has left on the view what it is told here to forget
def test_an_operation_that_is_not_described_is_not_let_by(
    monkeypatch: pytest.MonkeyPatch, elsewhere: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    for name in ("described", "kwargs"):
        monkeypatch.delitem(vars(UsageViewSet.retrieve), name)

    with pytest.raises(CommandError, match="warnings"):
        describe()

    assert "UsageViewSet" in capfd.readouterr().err
    assert not elsewhere.exists()


def test_the_description_is_served_byte_for_byte(client: Client) -> None:
    answer = client.get(PATH)

    assert (answer.status_code, answer["content-type"]) == (200, "application/json")
    assert answer.content == DESCRIPTION.read_bytes()


def test_who_has_the_description_is_not_sent_it_again(client: Client) -> None:
    tag = client.get(PATH)["etag"]

    same, older = (client.get(PATH, headers={"if-none-match": known}) for known in (f"W/{tag}", '"older"'))

    assert (same.status_code, same.content, same["etag"]) == (304, b"", tag)
    assert (older.status_code, older["etag"]) == (200, tag)


def test_the_description_is_sent_small_to_who_takes_it_so(client: Client) -> None:
    answer: Any = client.get(PATH, headers={"accept-encoding": "gzip"})

    assert answer["content-encoding"] == "gzip"
    assert gzip.decompress(answer.content) == DESCRIPTION.read_bytes()
    assert len(answer.content) * 10 < DESCRIPTION.stat().st_size


def test_the_head_of_the_description_tells_its_length(client: Client) -> None:
    head = client.head(PATH)

    assert (head.status_code, head.content) == (200, b"")
    assert int(head["content-length"]) == DESCRIPTION.stat().st_size
