"""Redirects to HTTPS, HSTS, passwords over HTTP, and the number of requests of a check."""

import pytest
import trustme

from scanner.checks.security.transport import Hsts
from scanner.outcome import FAILED, INCONCLUSIVE, NOT_APPLICABLE, PASSED, Outcome
from tests.fakes.page_checks import run_checks
from tests.fakes.website import Answer, Site, loopback_client, served, tls_context
from tests.unit.scanner.checks.base_page import good_site, html, page


def run_checks_on(site: Site, *keys: str, ca_file: str = "") -> dict[str, Outcome]:
    with served(site), loopback_client(ca_file) as client:
        return dict(run_checks(site.url, keys, client=client, retry_delays=()))


def redirecting(to: str, status: int = 301) -> Site:
    return Site({"/": Answer(status=status, headers=[("Location", to)])})


def test_http_without_a_redirect_fails() -> None:
    outcomes = run_checks_on(good_site(), "https_redirect", "redirect_permanent")

    assert outcomes["https_redirect"].status == FAILED
    assert outcomes["redirect_permanent"].status == NOT_APPLICABLE


@pytest.mark.parametrize(
    ("status", "permanent"), [(301, PASSED), (308, PASSED), (302, FAILED), (307, FAILED)]
)
def test_redirect_to_https_passes_and_temporary_status_fails(
    status: int, permanent: str, authority: trustme.CA, ca_file: str
) -> None:
    with served(good_site(), tls_context(authority)) as secure:
        outcomes = run_checks_on(
            redirecting(secure.url, status), "https_redirect", "redirect_permanent", ca_file=ca_file
        )

    assert outcomes["https_redirect"].status == PASSED
    assert outcomes["redirect_permanent"].status == permanent


def test_redirect_to_https_with_an_invalid_certificate_fails(authority: trustme.CA, ca_file: str) -> None:
    with served(good_site(), tls_context(authority, "other.example")) as secure:
        outcomes = run_checks_on(redirecting(secure.url), "https_redirect", ca_file=ca_file)

    assert outcomes["https_redirect"].status == FAILED
    assert "certificate" in outcomes["https_redirect"].evidence["detail"]


def test_first_redirect_to_http_fails(authority: trustme.CA, ca_file: str) -> None:
    with served(good_site(), tls_context(authority)) as secure:
        site = redirecting("/start")
        site.answers["/start"] = Answer(status=301, headers=[("Location", secure.url)])
        outcomes = run_checks_on(site, "https_redirect", ca_file=ca_file)

    assert outcomes["https_redirect"].evidence["detail"] == "The first redirect leads to plain HTTP."


def test_https_redirect_is_inconclusive_when_the_site_is_down() -> None:
    with served(good_site()) as site:
        url = site.url
    with loopback_client() as client:
        outcomes = dict(run_checks(url, ["https_redirect"], client=client, retry_delays=()))

    assert outcomes["https_redirect"].status == INCONCLUSIVE


def test_password_field_over_http_fails() -> None:
    site = good_site(**{"/": page(html(add='<input type="Password" aria-label="p">'))})

    assert run_checks_on(site, "password_over_http")["password_over_http"].status == FAILED
    assert run_checks_on(good_site(), "password_over_http")["password_over_http"].status == PASSED


@pytest.mark.parametrize(
    ("line", "age"),
    [
        ("max-age=31536000", 31536000),
        ('max-age="600" ; includeSubDomains', 600),
        ("MAX-AGE = 5", 5),
        ("max-age=abc", None),
        ("max-age=-1", None),
        ("includeSubDomains", None),
        ("max-age=1; max-age=2", None),
        # RFC 6797, 6.1: each directive once, in its syntax, or browsers ignore the header.
        ("max-age=5; includeSubDomains; includeSubDomains", None),
        ("max-age=5; includeSubDomains=true", None),
        ("max-agent=1; max-age=5; ; unknown; unknown2=a", 5),
    ],
)
def test_hsts_max_age_is_parsed_strictly(line: str, age: int | None) -> None:
    assert Hsts.parse(line).max_age == age


@pytest.mark.parametrize("sent", [["max-age=100"], ["max-age=abc"], ["max-age=31536000", "max-age=31536000"]])
def test_short_invalid_or_repeated_hsts_fails(sent: list[str], authority: trustme.CA, ca_file: str) -> None:
    site = good_site(**{"/": page(headers={"Strict-Transport-Security": sent})})
    with served(site, tls_context(authority)), loopback_client(ca_file) as client:
        outcomes = dict(run_checks(site.url, ["security_header_hsts"], client=client, retry_delays=()))

    assert outcomes["security_header_hsts"].status == FAILED


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ("max-age=5; includeSubDomains", PASSED),
        ("max-age=5", FAILED),
        ("includeSubDomains", FAILED),
        ("max-age=5; max-age=6; includeSubDomains", FAILED),
    ],
)
def test_subdomains_are_included_by_a_valid_hsts_only(
    sent: str, status: str, authority: trustme.CA, ca_file: str
) -> None:
    site = good_site(**{"/": page(headers={"Strict-Transport-Security": [sent]})})
    with served(site, tls_context(authority)), loopback_client(ca_file) as client:
        outcomes = dict(run_checks(site.url, ["hsts_include_subdomains"], client=client, retry_delays=()))

    assert outcomes["hsts_include_subdomains"].status == status


COSTS = {
    "security_header_csp": 1,
    "cookies_secure": 1,
    "meta_description": 1,
    "link_text": 2,  # without a browser, the site's own script is read: it may add links
    "title_present": 1,
    "exposed_git": 2,
    "robots_txt_valid": 2,
    "cors_restricted": 2,
    "text_compression": 4,
    "ttfb": 5,
}


@pytest.mark.parametrize(("key", "requests"), COSTS.items())
def test_number_of_requests_of_a_check(key: str, requests: int, authority: trustme.CA, ca_file: str) -> None:
    site = good_site()
    with served(site, tls_context(authority)), loopback_client(ca_file) as client:
        outcomes = dict(run_checks(site.url, [key], client=client, retry_delays=()))

    assert (outcomes[key].status, len(site.requests)) == (PASSED, requests)


def test_failed_header_check_is_repeated_once_without_cache() -> None:
    site = good_site(**{"/": page(headers={"Content-Security-Policy": None})})

    assert run_checks_on(site, "security_header_csp")["security_header_csp"].status == FAILED
    assert len(site.requests) == 2
    assert site.requests[1][2]["cache-control"] == "no-cache"
