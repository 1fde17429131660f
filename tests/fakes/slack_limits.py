"""The limits of Slack's Block Kit (docs.slack.dev/reference/block-kit/blocks), which its webhooks enforce."""

from collections.abc import Iterator
from typing import Any

MAX_BLOCKS, MAX_FALLBACK = 50, 40_000
MAX_HEADER, MAX_SECTION, MAX_FIELDS, MAX_FIELD = 150, 3000, 10, 2000


def violations(message: dict[str, Any]) -> list[str]:
    """Return what Slack would refuse of a message with header and section blocks."""
    found = [] if 0 < len(message["text"]) <= MAX_FALLBACK else ["text"]
    found += [] if 0 < len(message["blocks"]) <= MAX_BLOCKS else ["blocks"]
    return [*found, *(line for block in message["blocks"] for line in _of_block(block))]


def _of_block(block: dict[str, Any]) -> Iterator[str]:
    if block["type"] == "header":
        yield from _of_text(block["text"], "plain_text", MAX_HEADER)
    elif block["type"] != "section" or not {"text", "fields"} & set(block):
        yield f"unknown block {block}"
    else:
        if "text" in block:
            yield from _of_text(block["text"], "mrkdwn", MAX_SECTION)
        if not 1 <= len(block.get("fields", [0])) <= MAX_FIELDS:
            yield "number of fields"
        for field in block.get("fields", []):
            yield from _of_text(field, "mrkdwn", MAX_FIELD)


def _of_text(text: dict[str, str], kind: str, longest: int) -> Iterator[str]:
    if text["type"] != kind or not 1 <= len(text["text"]) <= longest:
        yield f"{kind} of {len(text['text'])} characters"
