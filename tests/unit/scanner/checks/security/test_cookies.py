"""A cookie that a cached response does not set is not fixed."""

import pytest

from scanner.engine import run_checks
from scanner.outcome import FAILED, INCONCLUSIVE, PASSED, Outcome
from tests.fakes.website import loopback_client, served
from tests.unit.scanner.checks.base_page import good_site, page

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
    with served(site), loopback_client() as client:
        outcomes = dict(run_checks(site.url, KEYS, client=client, before=before, retry_delays=()))

    assert {outcome.status for outcome in outcomes.values()} == {status}
