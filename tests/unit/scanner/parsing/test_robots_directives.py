"""Directives of meta robots and X-Robots-Tag, with the formats of dates that Google names."""

from datetime import UTC, datetime

import pytest

from scanner.parsing.robots_directives import directives_for, forbids_indexing

NOW = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "forbids"),
    [
        ("noindex", True),
        ("NoIndex, follow", True),
        ("none", True),
        ("index, follow", False),
        ("max-snippet: 5, noindex", True),
        ("noimageindex", False),
        ("", False),
        # RFC 822, RFC 850 and ISO 8601.
        ("unavailable_after: 25 Jun 2010 15:00:00 PST", True),
        ("unavailable_after: Fri, 25 Jun 2010 15:00:00 GMT", True),
        ("unavailable_after: Friday, 25-Jun-10 15:00:00 UTC", True),
        ("Unavailable_After:2010-06-25T15:00:00+01:00", True),
        ("unavailable_after: 2010-06-25", True),
        ("unavailable_after: 2026-05-31", True),
        ("unavailable_after: 2026-06-02", False),
        ("unavailable_after: Sat, 25 Jun 2072 15:00:00 GMT", False),
        ("unavailable_after: 25 Jun 2072 15:00:00 PST, noindex", True),
        ("nofollow, unavailable_after: Fri, 25 Jun 2010 15:00:00 GMT, noarchive", True),
        # Search engines ignore the directive without a valid date.
        ("unavailable_after: soon", False),
        ("unavailable_after", False),
        ("unavailable_after: 99 Jun 2010 15:00:00 GMT", False),
    ],
)
def test_directives_that_forbid_indexing(text: str, forbids: bool) -> None:
    assert forbids_indexing(text, NOW) is forbids


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        (["noindex"], ["noindex"]),
        (["Googlebot: noindex", "otherbot: none"], [" noindex"]),
        (["otherbot: noindex, nofollow"], []),
        (["unavailable_after: 25 Jun 2010"], ["unavailable_after: 25 Jun 2010"]),
        (["googlebot: unavailable_after: 25 Jun 2010"], [" unavailable_after: 25 Jun 2010"]),
        (["noindex, unavailable_after: 25 Jun 2010"], ["noindex, unavailable_after: 25 Jun 2010"]),
    ],
)
def test_a_line_may_be_for_one_agent(lines: list[str], found: list[str]) -> None:
    assert directives_for("googlebot", lines) == found
