"""A cookie that a cached response does not set is not fixed."""

import pytest

from scanner.outcome import FAILED, INCONCLUSIVE, PASSED, Outcome
from tests.unit.scanner.checks.base_page import good_site, page
from tests.unit.scanner.site_checks import run_checks_on

KEYS = ["cookies_secure", "cookies_httponly", "cookies_samesite"]


@pytest.mark.parametrize(
    ("age", "cookie", "status"),
    [
        ("600", None, INCONCLUSIVE),
        ("600", "sid=1; Secure; HttpOnly; SameSite=Lax", PASSED),
        ("0", None, PASSED),
        (None, None, PASSED),
    ],
)
def test_response_of_a_cache_without_cookies_does_not_pass(
    age: str | None, cookie: str | None, status: str
) -> None:
    site = good_site(**{"/": page(headers={"Set-Cookie": cookie, "Age": age})})
    before = {key: Outcome(FAILED) for key in KEYS}

    outcomes = run_checks_on(site, KEYS, before=before)

    assert {key: outcome.status for key, outcome in outcomes.items()} == dict.fromkeys(KEYS, status)
