"""Before and after of a verification on a page."""

from findings.observations import Observation
from remediation.evidence.comparison import PageComparison

URL = "https://example.com/"


def seen(headers: dict[str, str]) -> Observation:
    return Observation("security_header_csp", URL, headers=headers)


def test_headers_that_differ_come_first() -> None:
    page = PageComparison(URL, seen({"age": "1", "server": "nginx"}), seen({"age": "1", "server": "h2o"}))

    assert [(row.name, row.changed) for row in page.headers] == [("server", True), ("age", False)]


def test_headers_of_a_page_that_was_observed_once_are_not_compared() -> None:
    page = seen({"server": "nginx"})

    assert [PageComparison(URL, *sides).headers for sides in ((None, page), (page, None))] == [[], []]
