"""Our panel in a Jira description leaves the rest of the document unchanged."""

from typing import Any

import pytest

from integrations.providers.jira import adf
from tests.unit.integrations.providers.drafts import TASK, draft

PARAGRAPH = {"type": "paragraph", "content": [{"type": "text", "text": "Written by a person."}]}


def lines(node: dict[str, Any]) -> list[str]:
    return [paragraph["content"][0]["text"] for paragraph in node["content"]]


def test_panel_contains_due_date_priority_text_and_marker() -> None:
    assert lines(adf.panel(draft())) == [
        "Due: 2026-12-01 14:30 UTC · Priority: high",
        "Name a default.",
        "1. Add the header.",
        f"krafter-task:{TASK}",
    ]


def test_panel_is_replaced_in_place() -> None:
    present = {"type": "doc", "version": 1, "content": [PARAGRAPH, adf.panel(draft()), PARAGRAPH]}

    merged = adf.merged(present, draft(priority="low"))

    assert merged["content"] == [PARAGRAPH, adf.panel(draft(priority="low")), PARAGRAPH]


@pytest.mark.parametrize(
    ("description", "rest"),
    [
        (None, []),
        ("", []),
        ("Written by a person.", [PARAGRAPH]),
        ({"type": "doc", "version": 1, "content": [PARAGRAPH]}, [PARAGRAPH]),
        ({"type": "doc", "version": 1}, []),
    ],
)
def test_panel_is_prepended_to_a_description_without_one(description: Any, rest: list[Any]) -> None:
    assert adf.merged(description, draft())["content"] == [adf.panel(draft()), *rest]


def test_only_the_last_line_of_a_panel_is_a_marker() -> None:
    foreign = adf.panel(draft())
    foreign["content"].reverse()

    merged = adf.merged({"type": "doc", "version": 1, "content": [foreign]}, draft())

    assert merged["content"] == [adf.panel(draft()), foreign]


def test_control_characters_are_replaced() -> None:
    assert lines(adf.comment("a\x00b\n\x07\nc", "ab12")) == ["a b", "c", "Krafter Audit, ref ab12"]


@pytest.mark.parametrize(
    "text", ["#1 SHOP-1 @ada [~ada]", "```", "{code}", "<b>", "[a](https://example.com)"]
)
def test_text_is_no_markup(text: str) -> None:
    [node] = adf.panel(draft(text=text))["content"][1:-1]

    assert node == {"type": "paragraph", "content": [{"type": "text", "text": text}]}
