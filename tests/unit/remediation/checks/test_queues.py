"""Which scanner runs a check."""

import pytest

from remediation.checks.queues import scanner_of


@pytest.mark.parametrize(
    ("key", "scanner"),
    [
        ("security_header_csp", "http"),
        ("tls_min_version", "http"),
        ("title_present", "browser"),  # of the markup, of the rendered page where there is a browser
        ("lcp", "browser"),
        ("a_check_of_the_past", "http"),
    ],
)
def test_check_is_run_by_the_scanner_of_its_kind(key: str, scanner: str) -> None:
    assert scanner_of(key) == scanner
