"""A cookie that a cached response does not set, or that has another name now, is not fixed."""

import pytest

from scanner.outcome import FAILED, INCONCLUSIVE, PASSED, Outcome
from tests.unit.scanner.checks.base_page import good_site, page
from tests.unit.scanner.site_checks import outcomes_of_fix, run_checks_on

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


SESSION = "PHPSESSID=1; Secure; SameSite=Lax"
TOKEN = "csrftoken=1; Secure"


@pytest.mark.parametrize(
    ("key", "before", "now", "status"),
    [
        ("cookies_httponly", [SESSION], ["sid=1; Secure"], INCONCLUSIVE),
        ("cookies_httponly", [SESSION], ["sid=1; Secure; HttpOnly"], PASSED),
        ("cookies_httponly", [SESSION], [f"{SESSION}; HttpOnly", "theme=dark"], PASSED),
        ("cookies_httponly", [SESSION, "theme=dark"], ["theme=dark"], PASSED),
        ("cookies_httponly", [SESSION], None, PASSED),
        ("cookies_samesite", [TOKEN], ["xt=1; Secure"], INCONCLUSIVE),
        ("cookies_samesite", [TOKEN], ["xt=1; Secure; SameSite=Lax"], PASSED),
        ("cookies_samesite", [TOKEN, "theme=dark"], ["theme=dark"], PASSED),
    ],
)
def test_cookie_with_another_name_is_not_fixed_without_the_attribute(
    key: str, before: list[str], now: list[str] | None, status: str
) -> None:
    site = good_site(**{"/": page(headers={"Set-Cookie": before})})

    outcomes = outcomes_of_fix(key, site, {"/": page(headers={"Set-Cookie": now})})

    assert [outcome.status for outcome in outcomes] == [FAILED, status]
