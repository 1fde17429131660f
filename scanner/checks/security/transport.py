"""How a visitor comes to the secure page: redirects from http://, and HSTS that makes them needless."""

from dataclasses import dataclass

from krafter_audit.http.client import Response
from scanner.checks import config_snippets
from scanner.outcome import Measurement, Outcome, failed, not_applicable, passed
from scanner.page_context import Facts
from scanner.parsing.registrable_domain import host_of
from scanner.preconditions import CannotLook
from scanner.registry import HIGH, LOW, PERFORMANCE, SECURITY, SEO, Fix, Metric, check
from scanner.tls.context import REDIRECTS

MDN_HSTS = "https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Strict-Transport-Security"
PRELOAD = "https://hstspreload.org/"
HALF_A_YEAR = 15_552_000
A_YEAR = 31_536_000
PERMANENT = (301, 308)


@dataclass(frozen=True)
class Hsts:
    """One Strict-Transport-Security header; `max_age` in seconds, None where it is missing or no number."""

    max_age: int | None
    include_subdomains: bool
    preload: bool

    @classmethod
    def parse(cls, line: str) -> "Hsts":
        parts = [part.strip().lower() for part in line.split(";")]
        ages = [part.partition("=")[2].strip().strip('"') for part in parts if part.startswith("max-age")]
        age = int(ages[0][:12]) if len(ages) == 1 and ages[0].isascii() and ages[0].isdecimal() else None
        return cls(age, "includesubdomains" in parts, "preload" in parts)


def hsts_fix(summary: str, sent: str, *steps: str) -> Fix:
    """Return the fix for the header with this value."""
    return Fix(
        summary,
        (*steps, f"Send Strict-Transport-Security: {sent} over HTTPS."),
        (MDN_HSTS, "https://www.rfc-editor.org/rfc/rfc6797", PRELOAD),
        config_snippets.header(
            "Strict-Transport-Security",
            sent,
            "SECURE_HSTS_SECONDS = 31536000; SECURE_HSTS_INCLUDE_SUBDOMAINS = True",
        ),
    )


@check(
    "security_header_hsts",
    domain=SECURITY,
    severity=HIGH,
    needs={"page"},
    title="Strict-Transport-Security is missing or too short",
    why="Until a browser knows that the site is HTTPS only, the first request of a visit can be caught and "
    "rewritten.",
    fix=hsts_fix(
        "Send Strict-Transport-Security with a max-age of half a year or more.",
        "max-age=31536000; includeSubDomains",
        "Make sure that every page, and every subdomain where they are included, works over HTTPS.",
        "Begin with a short max-age, and raise it to a year when nothing breaks.",
    ),
    headers=("strict-transport-security",),
    oracle={"observatory": "strict-transport-security"},
)
def hsts(facts: Facts) -> Outcome:
    """An HTTPS page with a valid certificate sends one Strict-Transport-Security with max-age >= 15552000."""
    page = facts.page
    if not page.is_https:
        return not_applicable("The page is not served over HTTPS, where browsers ignore the header.")
    lines = page.header_lines("strict-transport-security")
    if not lines:
        return failed("The header is not sent.")
    if len(lines) > 1:
        return failed(f"The header is sent {len(lines)} times; only the first counts.")
    age = Hsts.parse(lines[0]).max_age
    if age is None:
        return failed("The header has no valid max-age.")
    if age < HALF_A_YEAR:
        return failed(f"max-age is {age} seconds, less than {HALF_A_YEAR}.")
    return passed(f"max-age is {age} seconds.")


def _sent_hsts(facts: Facts) -> Hsts | None:
    page = facts.page
    lines = page.header_lines("strict-transport-security")
    return Hsts.parse(lines[0]) if page.is_https and lines else None


@check(
    "hsts_include_subdomains",
    domain=SECURITY,
    severity=LOW,
    needs={"page"},
    title="Strict-Transport-Security leaves subdomains out",
    why="A subdomain over plain HTTP can set cookies for the whole site, and so undo what the header "
    "protects.",
    fix=hsts_fix(
        "Add includeSubDomains.",
        "max-age=31536000; includeSubDomains",
        "Make sure that every subdomain works over HTTPS.",
    ),
    headers=("strict-transport-security",),
    oracle={"observatory": "strict-transport-security.includeSubDomains"},
)
def hsts_with_subdomains(facts: Facts) -> Outcome:
    """Strict-Transport-Security, when sent, has includeSubDomains."""
    sent = _sent_hsts(facts)
    if sent is None:
        return not_applicable("No Strict-Transport-Security is sent over HTTPS.")
    if sent.include_subdomains:
        return passed("Subdomains are included.")
    return failed("includeSubDomains is missing.")


@check(
    "hsts_preload_ready",
    domain=SECURITY,
    severity=LOW,
    needs={"page"},
    title="Strict-Transport-Security does not qualify for the preload list",
    why="Only a preloaded site is safe on a visitor's very first request.",
    fix=hsts_fix(
        "Qualify for the preload list, then submit the site.",
        "max-age=31536000; includeSubDomains; preload",
        "Read what preloading means: it is hard to undo.",
    ),
    headers=("strict-transport-security",),
    oracle={"lighthouse": "has-hsts"},
)
def hsts_preload(facts: Facts) -> Outcome:
    """Strict-Transport-Security, when sent, has max-age >= 31536000, includeSubDomains and preload."""
    sent = _sent_hsts(facts)
    if sent is None:
        return not_applicable("No Strict-Transport-Security is sent over HTTPS.")
    if (sent.max_age or 0) >= A_YEAR and sent.include_subdomains and sent.preload:
        return passed("The header qualifies.")
    return failed("It needs max-age of a year, includeSubDomains and preload.")


@check(
    "https_redirect",
    domain=SECURITY,
    severity=HIGH,
    needs={"page", "http_chain"},
    title="Plain HTTP is not redirected to HTTPS",
    why="Visitors who type the address or follow an old link stay on a page that anybody on the way can "
    "read and change.",
    fix=Fix(
        "Redirect every http:// address to the same address with https:// at once.",
        (
            "Redirect to HTTPS on the same host first; to another host only afterwards.",
            "Check that the redirect keeps path and query.",
            "Serve nothing else over plain HTTP.",
        ),
        (
            "https://developer.mozilla.org/en-US/docs/Web/Security/Practical_implementation_guides/TLS",
            "https://developer.chrome.com/docs/lighthouse/pwa/redirects-http",
        ),
        config_snippets.TO_HTTPS,
    ),
    headers=("location",),
    oracle={"observatory": "redirection"},
)
def https_redirect(facts: Facts) -> Outcome:
    """http:// answers nothing, or leads to https on the same host at once and ends on https."""
    try:
        chain = _http_chain(facts)
    except CannotLook as obstacle:
        if obstacle.tls:
            return failed("The redirect ends on https with a certificate that is not valid.")
        raise
    if chain is None:
        return passed("Nothing answers over plain HTTP.")
    route = [hop.url for hop in chain]
    if len(chain) == 1:
        return failed("The page is served over plain HTTP.", route=route)
    if not route[-1].startswith("https:"):
        return failed("The redirects end on plain HTTP.", route=route)
    if not route[1].startswith("https:"):
        return failed("The first redirect leads to plain HTTP.", route=route)
    if host_of(route[0]) != host_of(route[1]):
        return failed("The first redirect leads to another host before it is secure.", route=route)
    return passed("The first redirect leads to HTTPS.", route=route)


def _http_chain(facts: Facts) -> list[Response] | None:
    """The hops from http://, or None when nothing answers there although the site itself does."""
    page = facts.page
    try:
        chain = facts.http_chain
    except CannotLook as obstacle:
        if obstacle.reason == "blocked" and page.is_https and not obstacle.tls:
            return None
        raise
    if chain[-1].status >= 500:
        raise CannotLook("blocked", f"Plain HTTP answered with status {chain[-1].status}.")
    return chain


@check(
    "redirect_permanent",
    domain=SEO,
    severity=LOW,
    needs={"page", "http_chain"},
    title="The redirect to HTTPS is not permanent",
    why="A temporary redirect tells search engines to keep the insecure address.",
    fix=Fix(
        "Redirect with status 301 or 308.",
        ("Change the status of the redirect from http:// to https:// to 301 (or 308).",),
        ("https://developers.google.com/search/docs/crawling-indexing/301-redirects",),
        config_snippets.TO_HTTPS,
    ),
    headers=("location",),
    oracle={"google": "redirects"},
)
def redirect_is_permanent(facts: Facts) -> Outcome:
    """The redirect from http:// to https:// has status 301 or 308."""
    chain = _http_chain(facts) or []
    hops = [hop for hop, after in zip(chain, chain[1:], strict=False) if after.url.startswith("https:")]
    upgrades = [hop for hop in hops if hop.url.startswith("http:") and hop.status in REDIRECTS]
    if not upgrades:
        return not_applicable("Nothing is redirected from http:// to https://.")
    status = upgrades[0].status
    if status in PERMANENT:
        return passed(f"The redirect has status {status}.")
    return failed(f"The redirect has status {status}.")


@check(
    "redirect_chain",
    domain=PERFORMANCE,
    severity=LOW,
    needs={"page"},
    title="The page is reached over several redirects",
    why="Each redirect costs a round trip, often with a new connection, before anything can load.",
    fix=Fix(
        "Redirect at most once.",
        (
            "Point the first redirect at the final address.",
            "Write the final address into links, sitemap and ads.",
        ),
        ("https://developer.chrome.com/docs/lighthouse/performance/redirects",),
        {
            "nginx": "return 301 https://www.example.com$request_uri;",
            "apache": "RewriteRule ^ https://www.example.com%{REQUEST_URI} [R=301,L]",
            "caddy": "redir https://www.example.com{uri} permanent",
            "django": "PREPEND_WWW = True; SECURE_SSL_REDIRECT = True",
            "express": "app.use((req, res) => res.redirect(301, `https://www.example.com${req.originalUrl}`));",
            "cloudflare": "Rules > Redirect Rules: one rule from both http:// and the bare name to the final address",
        },
    ),
    metric=Metric("redirects", 1.0),
    headers=("location",),
    oracle={"lighthouse": "redirects"},
)
def redirects_are_few(facts: Facts) -> Measurement:
    """There is at most one redirect between the address asked for and the page."""
    response = facts.page.response
    return Measurement([float(len(response.history))], {"route": [hop.url for hop in response.history]})
