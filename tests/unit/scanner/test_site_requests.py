"""A challenge, a refusal or a login page in place of another URL of the site is inconclusive."""

import pytest

from scanner.fetcher import RequestBudget
from scanner.outcome import FAILED, INCONCLUSIVE, PASSED
from scanner.page.context import PageContext
from tests.fakes.page_checks import run_checks
from tests.fakes.website import Answer, Site, loopback_client, served
from tests.unit.scanner.checks.base_page import good_site, html, page
from tests.unit.scanner.refused_pages import CHALLENGE_SCRIPT, HTML, LOGIN, reasons
from tests.unit.scanner.site_checks import outcomes_of_fix, run_checks_on

CHALLENGE_PAGE = f"<title>Just a moment...</title><p>Wait{CHALLENGE_SCRIPT}"
CHALLENGES = {
    "status 200": Answer(CHALLENGE_PAGE, 200, HTML),
    "status 403": Answer(CHALLENGE_PAGE, 403, HTML),
    "a header": Answer("<p>Wait", 503, [*HTML, ("cf-mitigated", "challenge")]),
    "AWS WAF": Answer("", 202, [("x-amzn-waf-action", "challenge")]),
}
SORRY = Answer("<title>Lamps</title><h1>Sorry</h1><p>Whatever was here has disappeared.", 200, HTML)
MANY_LAMPS = Answer("<title>Lamps</title><p>Ceiling, standing, reading and garden lights.", 200, HTML)
WORDS = " ".join(f"lamp{first}{second}" for first in "abcdef" for second in "abcdefgh")
ON_MAINTENANCE = Answer(f"<title>Maintenance of lamps</title><p>{WORDS}", 200, HTML)
LAMPS, GONE = Answer("<title>Lamps</title><p>Here they are", 200, HTML), Answer("gone", 404, HTML)
OF_OTHER_URLS = [
    *("robots_txt_valid", "sitemap_valid", "soft_404", "security_txt", "exposed_git", "exposed_env"),
    *("cors_restricted", "broken_internal_links", "cache_policy"),
]


@pytest.mark.parametrize("challenge", CHALLENGES)
def test_challenge_in_place_of_another_url_is_inconclusive(challenge: str) -> None:
    site = Site({"/": page()}, otherwise=CHALLENGES[challenge])
    site.answers["OPTIONS /"] = CHALLENGES[challenge]

    outcomes = {key: run_checks_on(site, [key])[key] for key in OF_OTHER_URLS}

    assert {key: (outcome.status, outcome.reason) for key, outcome in outcomes.items()} == dict.fromkeys(
        OF_OTHER_URLS, (INCONCLUSIVE, "challenge")
    )


def test_links_that_only_head_requests_reach_are_inconclusive_after_a_challenge() -> None:
    site = Site({"/": page()}, otherwise=CHALLENGES["status 200"])

    outcomes = run_checks_on(site, ["soft_404", "broken_internal_links"])

    assert reasons(outcomes) == {(INCONCLUSIVE, "challenge")}


def test_site_that_begins_to_refuse_the_scanner_is_inconclusive() -> None:
    refusal = Answer("no", 403, HTML)
    keys = ["robots_txt_valid", "sitemap_valid", "security_txt", "exposed_git", "cors_restricted"]
    outcomes = {}
    for key in keys:
        outcomes |= run_checks_on(Site({"/": [page(), refusal]}, otherwise=refusal), [key])

    assert reasons(outcomes) == {(INCONCLUSIVE, "blocked")}


def test_refused_file_of_a_site_that_answers_otherwise_is_judged() -> None:
    outcomes = run_checks_on(
        Site({"/": page()}, otherwise=Answer("no", 403, HTML)), ["exposed_git", "security_txt"]
    )

    assert [outcome.status for outcome in outcomes.values()] == [PASSED, FAILED]


@pytest.mark.parametrize("status", [403, 429, 503])
def test_assets_that_are_refused_are_not_judged(status: int) -> None:
    refused = Answer("x" * 2000, status, HTML)
    site = good_site(**{"/site.js": refused})

    assert reasons(run_checks_on(site, ["text_compression", "cache_policy"])) == {(INCONCLUSIVE, "blocked")}


def test_error_page_in_place_of_an_asset_need_not_be_compressed() -> None:
    site = good_site(**{"/site.js": Answer("x" * 2000, 404, HTML)})

    assert reasons(run_checks_on(site, ["text_compression"])) == {(PASSED, None)}


def test_login_page_in_place_of_another_url_is_inconclusive() -> None:
    site = Site({"/": page()}, otherwise=Answer(LOGIN, headers=HTML))
    keys = ["robots_txt_valid", "sitemap_valid", "soft_404", "security_txt"]

    assert reasons(run_checks_on(site, keys)) == {(INCONCLUSIVE, "login_wall")}


def test_site_that_redirects_unknown_urls_to_its_login_may_have_no_soft_404() -> None:
    to_login = Answer(status=302, headers=[("Location", "/login")])
    site = Site({"/": to_login, "/login": Answer(LOGIN, headers=HTML)}, otherwise=to_login)

    assert reasons(run_checks_on(site, ["soft_404"])) == {(INCONCLUSIVE, "login_wall")}


@pytest.mark.parametrize("key", ["exposed_env", "security_txt"])
def test_file_that_cannot_be_decoded_is_not_judged(key: str) -> None:
    file = Answer("no gzip", headers=[("Content-Type", "text/plain"), ("Content-Encoding", "gzip")])
    site = Site({"/": page(), "/.env": file, "/.well-known/security.txt": file})

    assert reasons(run_checks_on(site, [key])) == {(INCONCLUSIVE, "truncated")}


def test_overloaded_answer_to_a_preflight_is_inconclusive() -> None:
    site = good_site(**{"OPTIONS /": Answer("slow down", 429)})

    assert reasons(run_checks_on(site, ["cors_restricted"])) == {(INCONCLUSIVE, "blocked")}


@pytest.mark.parametrize(
    ("status", "expected"),
    [(500, (INCONCLUSIVE, "blocked")), (502, (INCONCLUSIVE, "blocked")), (501, (PASSED, None))],
)
def test_failed_preflight_does_not_pass_unless_options_is_not_implemented(
    status: int, expected: tuple[str, str | None]
) -> None:
    site = good_site(**{"OPTIONS /": Answer("sorry", status)})

    assert reasons(run_checks_on(site, ["cors_restricted"])) == {expected}


@pytest.mark.parametrize(("coding", "reason"), [("gzip", "truncated"), ("br", "not_available")])
def test_file_of_the_site_that_is_not_read_is_not_judged(coding: str, reason: str) -> None:
    file = Answer("not encoded", headers=[("Content-Type", "text/plain"), ("Content-Encoding", coding)])
    site = Site({"/": page(), "/robots.txt": file, "/sitemap.xml": file})

    outcomes = run_checks_on(site, ["indexable", "robots_txt_valid", "sitemap_valid"])

    assert reasons(outcomes) == {(INCONCLUSIVE, reason)}


def test_links_without_a_request_left_are_inconclusive() -> None:
    with served(good_site()) as site, loopback_client() as client:
        context = PageContext(site.url, client, retry_delays=(), budget=RequestBudget(requests=20))
        outcomes = dict(run_checks(site.url, ["broken_internal_links"], context=context))

    assert reasons(outcomes) == {(INCONCLUSIVE, "not_available")}


@pytest.mark.parametrize(
    ("answers", "status"),
    [
        ({"HEAD /old": Answer(), "/old": Answer("gone", 404, HTML)}, FAILED),
        ({"/old": Answer("<title>Page not found</title><p>Sorry", 200, HTML)}, INCONCLUSIVE),
        ({"/old": SORRY, "otherwise": SORRY}, INCONCLUSIVE),
        ({"/old": SORRY, "otherwise": GONE}, PASSED),
        ({"/old": MANY_LAMPS, "otherwise": SORRY}, PASSED),
        ({"/old": LAMPS}, PASSED),
        ({"/old": Answer(status=204)}, INCONCLUSIVE),
        ({"/old": Answer(" ", 200, HTML)}, INCONCLUSIVE),
        ({"/old": Answer(status=302)}, INCONCLUSIVE),
        ({"/old": Answer("<title>Internal Server Error</title><p>Sorry", 200, HTML)}, INCONCLUSIVE),
        ({"/old": ON_MAINTENANCE}, PASSED),
        ({"/old": [LAMPS, GONE, GONE]}, FAILED),
        ({"/old": [LAMPS, GONE, LAMPS]}, INCONCLUSIVE),
        ({"/old": [GONE, LAMPS, GONE]}, INCONCLUSIVE),
        ({"/old": [GONE, LAMPS, LAMPS]}, PASSED),
    ],
    ids=[
        "HEAD alone succeeds",
        "error page with status 200",
        "page of every URL",
        "page that says sorry",
        "back where every URL answers",
        "back",
        "nothing",
        "blank page",
        "redirect to nowhere",
        "notice",
        "article about a notice",
        "back at first",
        "at times",
        "at times too",
        "late",
    ],
)
def test_link_that_was_broken_is_requested_by_get(answers: dict[str, Answer], status: str) -> None:
    links = html(add='<main><a href="/returns">Returns</a> <a href="/old">Old lamps</a></main>')
    site = Site({"/": page(links), "/returns": Answer("x"), "/map": Answer("x")})

    outcomes = outcomes_of_fix("broken_internal_links", site, answers, otherwise=answers.get("otherwise"))

    assert [outcome.status for outcome in outcomes] == [FAILED, status]
