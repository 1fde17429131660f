"""Secure transport: redirects from HTTP to HTTPS, and Strict-Transport-Security (HSTS)."""

from dataclasses import dataclass
from itertools import pairwise

from krafter_audit.http.client import Response
from scanner.checks import config_snippets
from scanner.outcome import Measurement, Outcome, failed, not_applicable, passed
from scanner.page.context import PageContext
from scanner.parsing.registrable_domain import host_of
from scanner.preconditions import Inconclusive
from scanner.registry import HIGH, LOW, Fix, Metric, check

MDN_HSTS = "https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Strict-Transport-Security"
PRELOAD = "https://hstspreload.org/"
MIN_HSTS_SECONDS = 15_552_000  # half a year
MIN_PRELOAD_SECONDS = 31_536_000  # a year
PERMANENT_STATUSES = (301, 308)


@dataclass(frozen=True)
class Hsts:
    max_age: int | None  # seconds; None if it is missing or invalid
    include_subdomains: bool
    preload: bool

    @classmethod
    def parse(cls, line: str) -> "Hsts":
        pairs = [part.lower().partition("=") for part in line.split(";") if part.strip()]
        names = [name.strip() for name, _, _ in pairs]
        values = {name.strip(): text.strip() for name, _, text in pairs}
        # RFC 6797, 6.1: with a directive twice, or in another syntax, browsers ignore the whole header.
        is_valid = len(set(names)) == len(names) and not values.get("includesubdomains")
        age = values.get("max-age", "").strip('"') if is_valid else ""
        return cls(
            int(age[:12]) if age.isascii() and age.isdecimal() else None,
            "includesubdomains" in names,
            "preload" in names,
        )


def hsts_fix(summary: str, header_value: str, *steps: str) -> Fix:
    return Fix(
        summary,
        (*steps, f"Send Strict-Transport-Security: {header_value} over HTTPS."),
        (MDN_HSTS, "https://www.rfc-editor.org/rfc/rfc6797", PRELOAD),
        config_snippets.header(
            "Strict-Transport-Security",
            header_value,
            "SECURE_HSTS_SECONDS = 31536000; SECURE_HSTS_INCLUDE_SUBDOMAINS = True",
        ),
    )


@check(
    "security_header_hsts",
    severity=HIGH,
    title="Strict-Transport-Security header is missing or its max-age is too short",
    why="Without HSTS a browser may request the site over plain HTTP, where an attacker on the network can read and "
    "modify the traffic.",
    fix=hsts_fix(
        "Send Strict-Transport-Security with a max-age of at least half a year.",
        "max-age=31536000; includeSubDomains",
        "Make sure that every page works over HTTPS, and every subdomain if they are included.",
        "Start with a short max-age, and raise it to a year when everything works.",
    ),
    headers=("strict-transport-security",),
    oracle={"observatory": "strict-transport-security"},
    version=2,
)
def hsts(context: PageContext) -> Outcome:
    """An HTTPS page with a valid certificate sends one Strict-Transport-Security with max-age >= 15552000."""
    page = context.page
    if not page.is_https:
        return not_applicable("The page is not served over HTTPS; browsers ignore HSTS over HTTP.")
    lines = page.header_lines("strict-transport-security")
    if not lines:
        return failed("The Strict-Transport-Security header is not sent.")
    if len(lines) > 1:
        return failed(f"Strict-Transport-Security is sent {len(lines)} times; browsers use only the first.")
    age = Hsts.parse(lines[0]).max_age
    if age is None:
        return failed("Strict-Transport-Security has no valid max-age.")
    if age < MIN_HSTS_SECONDS:
        return failed(f"max-age is {age} seconds, less than {MIN_HSTS_SECONDS}.")
    return passed(f"max-age is {age} seconds.")


def _sent_hsts(context: PageContext) -> Hsts | None:
    page = context.page
    lines = page.header_lines("strict-transport-security")
    return Hsts.parse(lines[0]) if page.is_https and lines else None


@check(
    "hsts_include_subdomains",
    severity=LOW,
    title="Strict-Transport-Security lacks includeSubDomains",
    why="A subdomain over plain HTTP can set cookies for the whole site, which weakens HSTS.",
    fix=hsts_fix(
        "Add includeSubDomains.",
        "max-age=31536000; includeSubDomains",
        "Make sure that every subdomain works over HTTPS.",
    ),
    headers=("strict-transport-security",),
    oracle={"observatory": "strict-transport-security.includeSubDomains"},
    version=3,
)
def hsts_with_subdomains(context: PageContext) -> Outcome:
    """Strict-Transport-Security, if sent, is valid (after a fix, with a max-age over 0) and has includeSubDomains."""
    sent = _sent_hsts(context)
    if sent is None:
        return not_applicable("No Strict-Transport-Security header is sent over HTTPS.")
    if context.is_verification and sent.max_age == 0:
        return failed("max-age is 0, so browsers discard Strict-Transport-Security.")
    if sent.max_age is None:
        return failed("Strict-Transport-Security is invalid, so browsers ignore it.")
    if sent.include_subdomains:
        return passed("includeSubDomains is set.")
    return failed("includeSubDomains is not set.")


@check(
    "hsts_preload_ready",
    severity=LOW,
    title="Strict-Transport-Security does not meet the requirements of the preload list",
    why="Only sites on the HSTS preload list are protected on a visitor's first request.",
    fix=hsts_fix(
        "Meet the requirements of the preload list, then submit the domain.",
        "max-age=31536000; includeSubDomains; preload",
        "Read the consequences of preloading first: removal takes months.",
    ),
    headers=("strict-transport-security",),
    oracle={"lighthouse": "has-hsts"},
    version=2,
)
def hsts_preload(context: PageContext) -> Outcome:
    """Strict-Transport-Security, if sent (after a fix, once), has max-age >= 31536000, includeSubDomains, preload."""
    sent = _sent_hsts(context)
    if sent is None:
        return not_applicable("No Strict-Transport-Security header is sent over HTTPS.")
    if context.is_verification and len(context.page.header_lines("strict-transport-security")) > 1:
        return failed("Strict-Transport-Security is sent more than once, which the preload list refuses.")
    if (sent.max_age or 0) >= MIN_PRELOAD_SECONDS and sent.include_subdomains and sent.preload:
        return passed("The header meets the requirements of the preload list.")
    return failed("The preload list requires a max-age of a year, includeSubDomains and preload.")


@check(
    "https_redirect",
    severity=HIGH,
    needs={"page", "http_chain"},
    title="HTTP is not redirected to HTTPS",
    why="Visitors who type the address or follow an old link stay on plain HTTP, where an attacker on the network can "
    "read and modify the page.",
    fix=Fix(
        "Redirect every http:// URL directly to the same URL with https://.",
        (
            "Redirect to HTTPS on the same host first, and to another host only after that.",
            "Check that the redirect preserves path and query.",
            "Serve nothing but the redirect over plain HTTP.",
        ),
        (
            "https://developer.mozilla.org/en-US/docs/Web/Security/Practical_implementation_guides/TLS",
            "https://developer.chrome.com/docs/lighthouse/pwa/redirects-http",
        ),
        config_snippets.TO_HTTPS,
    ),
    headers=("location",),
    oracle={"observatory": "redirection"},
    version=3,
)
def https_redirect(context: PageContext) -> Outcome:
    """http:// does not answer, or its first redirect is to https on the same host and the last URL is https."""
    try:
        chain = _http_chain(context)
    except Inconclusive as error:
        if error.tls:
            return failed("The redirect leads to https with an invalid certificate.")
        raise
    if chain is None:
        return passed("The site does not answer over plain HTTP.")
    route = [hop.url for hop in chain]
    if len(chain) == 1 and chain[0].status >= 400:
        detail = f"The http:// URL answers with status {chain[0].status} instead of a redirect to HTTPS."
        return failed(detail, route=route)
    if len(chain) == 1:
        return failed("The page is served over plain HTTP.", route=route)
    if not route[-1].startswith("https:"):
        return failed("The redirects end on plain HTTP.", route=route)
    if not route[1].startswith("https:"):
        return failed("The first redirect leads to plain HTTP.", route=route)
    if host_of(route[0]) != host_of(route[1]):
        return failed(
            "The first redirect leads to another host instead of HTTPS on the same host.", route=route
        )
    return passed("The first redirect leads to HTTPS.", route=route)


def _http_chain(context: PageContext) -> list[Response] | None:
    """Return the responses from http://, or None when nothing answers there although the site itself does."""
    page = context.page
    try:
        chain = context.http_chain
    except Inconclusive as error:
        # An invalid response, a loop or a redirect to a host that is down is an answer.
        if error.unanswered and page.is_https:
            return None
        raise
    if chain[-1].status >= 500:
        raise Inconclusive("blocked", f"The http:// URL answered with status {chain[-1].status}.")
    return chain


@check(
    "redirect_permanent",
    severity=LOW,
    needs={"page", "http_chain"},
    title="Redirect from HTTP to HTTPS is temporary",
    why="With a temporary redirect, search engines may keep the http:// URL in their index.",
    fix=Fix(
        "Redirect with status 301 or 308.",
        ("Change the status of the redirect from http:// to https:// to 301 (or 308).",),
        ("https://developers.google.com/search/docs/crawling-indexing/301-redirects",),
        config_snippets.TO_HTTPS,
    ),
    headers=("location",),
    oracle={"google": "redirects"},
)
def redirect_is_permanent(context: PageContext) -> Outcome:
    """The redirect from http:// to https:// has status 301 or 308."""
    chain = _http_chain(context) or []
    hops = [hop for hop, after in pairwise(chain) if after.url.startswith("https:")]
    upgrades = [hop for hop in hops if hop.url.startswith("http:")]
    if not upgrades:
        return not_applicable("There is no redirect from http:// to https://.")
    status = upgrades[0].status
    if status in PERMANENT_STATUSES:
        return passed(f"The redirect has status {status}.")
    return failed(f"The redirect has status {status}, which is temporary.")


@check(
    "redirect_chain",
    severity=LOW,
    title="Page is reached through multiple redirects",
    why="Each redirect adds a network round trip, often with a new connection, before the page can load.",
    fix=Fix(
        "Use at most one redirect.",
        (
            "Point the first redirect to the final URL.",
            "Use the final URL in links, in the sitemap and in ads.",
        ),
        ("https://developer.chrome.com/docs/lighthouse/performance/redirects",),
        {
            "nginx": "return 301 https://www.example.com$request_uri;",
            "apache": "RewriteRule ^ https://www.example.com%{REQUEST_URI} [R=301,L]",
            "caddy": "redir https://www.example.com{uri} permanent",
            "django": "PREPEND_WWW = True; SECURE_SSL_REDIRECT = True",
            "express": "app.use((req, res) => res.redirect(301, `https://www.example.com${req.originalUrl}`));",
            "cloudflare": "Rules > Redirect Rules: one rule from both http:// and the bare domain to the final URL",
        },
    ),
    metric=Metric("redirects", 1.0),
    headers=("location",),
    oracle={"lighthouse": "redirects"},
)
def redirects_are_few(context: PageContext) -> Measurement:
    """There is at most one redirect between the requested URL and the page."""
    response = context.page.response
    return Measurement([float(len(response.history))], {"route": [hop.url for hop in response.history]})
