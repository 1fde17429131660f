"""Changes of the API are derived from the difference of two descriptions."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from devtools import api_changelog
from devtools.api_changelog import breaking, facts

DESCRIPTION: dict[str, Any] = {
    "paths": {
        "/api/v1/tasks": {
            "post": {
                "parameters": [{"in": "query", "name": "q", "schema": {"type": "string"}}],
                "requestBody": {
                    "content": {"application/json": {"schema": {"$ref": "#/c/schemas/TaskRequest"}}}
                },
                "responses": {
                    "201": {"content": {"application/json": {"schema": {"$ref": "#/c/schemas/Task"}}}}
                },
            }
        }
    },
    "components": {
        "schemas": {
            "TaskRequest": {
                "type": "object",
                "required": ["title"],
                "properties": {"title": {"type": "string", "maxLength": 200}, "note": {"type": "string"}},
            },
            "Task": {
                "type": "object",
                "required": ["status"],
                "properties": {"status": {"enum": ["open", "done"], "type": "string"}},
            },
        }
    },
}


@pytest.fixture
def released(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Make the description the released one."""
    monkeypatch.setattr(api_changelog, "SURFACE", tmp_path / "surface.json")
    monkeypatch.setattr(api_changelog, "CHANGELOG", tmp_path / "changelog.md")
    api_changelog.CHANGELOG.write_text(f"# Changes\n\n{api_changelog.INSERTION_MARKER}")
    api_changelog.release("1.0.0", facts(DESCRIPTION))
    return facts(DESCRIPTION)


def changed(path: str, value: Any) -> set[str]:
    """Return the facts of the description with another value (None: without it) at a path of keys."""
    description = copy.deepcopy(DESCRIPTION)
    node: Any = description
    *keys, last = path.split("|")
    for key in keys:
        node = node[int(key) if key.isdigit() else key]
    if value is None:
        del node[last]
    else:
        node[last] = value
    return facts(description)


SCHEMAS = "components|schemas"
TITLE = f"{SCHEMAS}|TaskRequest|properties|title"


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        ("paths|/api/v1/tasks|post", None, "- POST tasks"),
        ("paths|/api/v1/tasks|post|parameters", [], "- POST tasks ?q: string"),
        ("paths|/api/v1/tasks|post|parameters|0|required", True, "+ POST tasks ?q (required)"),
        (f"{SCHEMAS}|Task|properties|status|enum", ["open"], "- Task.status = done"),
        (f"{SCHEMAS}|Task|properties|status|type", "integer", "- Task.status: string"),
        (f"{SCHEMAS}|Task|required", [], "- Task.status (required)"),
        (f"{SCHEMAS}|TaskRequest|required", ["title", "note"], "+ TaskRequest.note (required)"),
        (f"{TITLE}|maxLength", 100, "+ TaskRequest.title (maxLength 100)"),
        (f"{TITLE}|minLength", 1, "+ TaskRequest.title (minLength 1)"),
        (f"{TITLE}|pattern", "^[a-z]+$", "+ TaskRequest.title (pattern ^[a-z]+$)"),
    ],
)
def test_change_that_breaks_clients_is_found(
    released: set[str], path: str, value: Any, expected: str
) -> None:
    current = changed(path, value)

    assert expected in breaking(current - released, released - current)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("paths|/api/v1/labels", {"get": {"responses": {}}}),
        (
            "paths|/api/v1/labels",
            {
                "get": {
                    "parameters": [
                        {"in": "query", "name": "q", "required": True, "schema": {"type": "string"}}
                    ],
                    "responses": {},
                }
            },
        ),
        ("paths|/api/v1/tasks|post|deprecated", True),
        (f"{SCHEMAS}|Task|properties|status|enum", ["open", "done", "blocked"]),
        (f"{SCHEMAS}|Task|properties|owner", {"type": "string"}),
        (f"{SCHEMAS}|TaskRequest|required", []),
        (f"{TITLE}|maxLength", 300),
        (f"{TITLE}|maxLength", None),
        (f"{SCHEMAS}|TaskRequest|properties|place", {"type": "string", "maxLength": 5}),
        (f"{SCHEMAS}|LabelRequest", {"type": "object", "required": ["name"], "properties": {}}),
    ],
)
def test_change_that_adds_something_breaks_nothing(released: set[str], path: str, value: Any) -> None:
    current = changed(path, value)

    assert current != released
    assert breaking(current - released, released - current) == []


def test_release_is_added_to_the_changelog(released: set[str]) -> None:
    api_changelog.release(
        "1.1.0", changed(f"{SCHEMAS}|Task|properties|status|enum", ["open", "done", "blocked"])
    )

    text = api_changelog.CHANGELOG.read_text()
    assert text.index("## 1.1.0 (") < text.index("- `Task.status = blocked`") < text.index("## 1.0.0")
    assert "Task.status = blocked" in json.loads(api_changelog.SURFACE.read_text())


def test_release_without_a_name_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        api_changelog.main(["--release"])

    assert "--release: expected one argument" in capsys.readouterr().err
