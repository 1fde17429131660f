"""Our block in a Markdown issue leaves the rest of the body unchanged."""

import pytest

from integrations.providers.escaped_markdown import GITHUB_REFERENCES, MAX_TEXT_LENGTH, escape
from integrations.providers.markdown import attempt_in, block, marker_in, merged_body, without_marker
from tests.unit.integrations.providers.drafts import TASK, draft

OTHER = "018f4f3c-0000-7000-8000-000000000002"


def test_block_contains_marker_due_date_priority_and_text() -> None:
    written = block(draft(), "Add the header.")

    assert marker_in(written) == TASK
    assert written.splitlines()[1:-1] == [
        "**Due:** 2026-12-01 14:30 UTC · **Priority:** high",
        "",
        "Add the header.",
    ]


def test_block_is_replaced_in_place() -> None:
    body = f"Before\n{block(draft(), 'Old')}\nAfter"

    merged = merged_body(body, draft(priority="low"), "New")

    assert merged == f"Before\n{block(draft(priority='low'), 'New')}\nAfter"


def test_replaced_block_keeps_the_attempt_that_created_it() -> None:
    body = block(draft(attempt="7"), "Old")

    merged = merged_body(body, draft(attempt="9"), "New")

    assert (marker_in(merged), attempt_in(merged), "New" in merged) == (TASK, "7", True)


def test_body_without_marker_names_no_task() -> None:
    body = without_marker(f"Before\n{block(draft(attempt='7'), 'Text')}")

    assert (marker_in(body), attempt_in(body), "Text" in body) == (None, "", True)


def test_block_is_prepended_to_a_body_without_one() -> None:
    assert merged_body("Written by a person.", draft(), "") == f"{block(draft(), '')}\n\nWritten by a person."


def test_text_cannot_close_the_block_fake_a_marker_or_mention_people() -> None:
    text = f"<!-- /krafter-task --> <!-- krafter-task:{OTHER} --> @octocat"

    written = block(draft(), escape(text, GITHUB_REFERENCES))

    assert marker_in(written) == TASK
    assert written.count("<!--") == 2
    assert "@octocat" not in written


def test_marker_without_a_closing_comment_is_removed_from_the_rest() -> None:
    merged = merged_body(f"<!-- krafter-task:{OTHER} --> cut off", draft(), "")

    assert (marker_in(merged), OTHER in merged) == (TASK, False)


@pytest.mark.parametrize("text", ["x", "@", "<!--"])
def test_long_text_is_cut(text: str) -> None:
    assert (
        len(block(draft(), escape(text * (MAX_TEXT_LENGTH + 9), GITHUB_REFERENCES))) < MAX_TEXT_LENGTH + 300
    )


def test_body_of_many_starts_without_an_end_is_merged_in_linear_time() -> None:
    body = f"<!-- krafter-task:{OTHER} -->" * 18_000  # 1 MiB, which GitLab accepts

    # In quadratic time, it would take a minute.
    assert merged_body(body, draft(), "") == block(draft(), "")
