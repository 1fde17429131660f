"""The search finds sections by all words of a query."""

import pytest

from documentation.search import MAX_RESULTS, search


@pytest.mark.slow
@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("idempotency", "/docs/limits-and-retries#idempotency"),
        ("verify signature", "/docs/webhooks#verify-the-signature"),
        ("create a task", "/docs/reference/tasks#create-task"),
        ("KRAFTER_RATE_STRICT", "/docs/operations#web"),
        ("RETRIES python", "/docs/clients/python#python-client"),
    ],
)
def test_best_section_comes_first(query: str, first: str) -> None:
    assert search(query)[0].url == first


def test_error_code_leads_to_its_row() -> None:
    found = search("quota_exceeded")

    assert found[0].url == "/docs/errors#all-codes"
    assert "<mark>quota_exceeded</mark>" in found[0].snippet


def test_all_words_have_to_match() -> None:
    assert search("idempotency no-such-word") == []


@pytest.mark.parametrize("query", ["", "   "])
def test_empty_query_finds_nothing(query: str) -> None:
    assert search(query) == []


def test_long_and_strange_queries_are_cut() -> None:
    assert search("(((*[" * 1000) == []
    assert len(search("a")) == MAX_RESULTS


def test_snippets_are_escaped() -> None:
    snippets = [result.snippet for result in search("html element")]

    assert snippets
    assert not [
        snippet for snippet in snippets if "<" in snippet.replace("<mark>", "").replace("</mark>", "")
    ]
