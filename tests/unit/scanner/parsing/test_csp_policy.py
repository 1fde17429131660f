"""Content-Security-Policy as browsers read it."""

import pytest

from scanner.page.page import Page
from scanner.parsing import csp_policy
from tests.fakes.html_response import html_response


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("default-src 'self'", 0),
        ("default-src 'self'; default-src 'none'", 1),
        ("report-uri /a; report-uri /b", 0),
        ("defualt-src 'self'", 1),
        (";;;", 0),
    ],
)
def test_csp_parser_reports_what_browsers_ignore(text: str, faults: int) -> None:
    assert len(csp_policy.parse(text).faults) == faults


def test_nonce_disables_unsafe_inline_and_strict_dynamic_disables_hosts() -> None:
    policy = csp_policy.parse("script-src 'nonce-a' 'strict-dynamic' 'unsafe-inline' https: 'self'")

    assert policy.fetches("script-src") == {"'nonce-a'", "'strict-dynamic'"}
    assert csp_policy.parse("default-src 'unsafe-inline'").fetches("style-src") == {"'unsafe-inline'"}
    assert csp_policy.parse("img-src 'self'").fetches("script-src") == {"*"}


@pytest.mark.parametrize(
    ("before", "between", "count"),
    # To a parser that runs no scripts, <noscript><img> ends the head.
    [("<noscript><img src=a></noscript>", "", 1), ("", "</head><body>", 0)],
)
def test_meta_element_counts_in_the_head_alone(before: str, between: str, count: int) -> None:
    policy = '<META HTTP-EQUIV="Content-Security-Policy" content="img-src \'self\'">'

    assert len(csp_policy.enforced_policies(Page(html_response(f"<head>{before}{between}{policy}")))) == count
