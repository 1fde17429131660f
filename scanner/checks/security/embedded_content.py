"""What a page brings in from elsewhere and where it sends things: scripts, mixed content, forms, other
origins.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from scanner.checks import config_snippets
from scanner.outcome import Outcome, failed, not_applicable, passed, verdict
from scanner.page import Page, snippet, value
from scanner.page_context import FOREIGN_ORIGIN, Facts
from scanner.parsing.registrable_domain import host_of, same_site
from scanner.registry import CRITICAL, HIGH, MEDIUM, SECURITY, Fix, check

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

MDN = "https://developer.mozilla.org/en-US/docs/Web"

# Subresources: each loads something into the page. (A link to another page is none.)
_SUBRESOURCES = (
    (
        "script[src], img[src], iframe[src], embed[src], input[src], audio[src], video[src], source[src]",
        "src",
    ),
    ("track[src], frame[src]", "src"),
    ("object[data]", "data"),
    ("video[poster]", "poster"),
    ("img[srcset], source[srcset]", "srcset"),
)
_LOADING_LINKS = (
    "stylesheet",
    "icon",
    "preload",
    "modulepreload",
    "manifest",
    "prefetch",
    "apple-touch-icon",
)
_INTEGRITY = re.compile(r"\s*sha(?:256|384|512)-[A-Za-z0-9+/_-]+={0,2}(?:\?\S*)?(?:\s|$)")


@check(
    "sri_external_scripts",
    domain=SECURITY,
    severity=MEDIUM,
    needs={"page"},
    title="Scripts of other sites are loaded without an integrity hash",
    why="Whoever gets into the other site, or on the way to it, runs script in your visitors' browsers.",
    fix=Fix(
        "Load scripts from your own site, or with an integrity hash over HTTPS.",
        (
            "Serve the script yourself where you can.",
            "Else pin one version, write its address with https:// and add integrity and crossorigin to the element.",
        ),
        (f"{MDN}/Security/Subresource_Integrity", "https://www.srihash.org/"),
        {
            "html": '<script src="https://cdn.example.com/lib-1.2.3.js" integrity="sha384-…" '
            'crossorigin="anonymous">'
            "</script>",
            "shell": "openssl dgst -sha384 -binary lib-1.2.3.js | openssl base64 -A",
        },
    ),
    oracle={"observatory": "subresource-integrity"},
    version=2,
)
def scripts_have_integrity(facts: Facts) -> Outcome:
    """Each script of another registrable domain has an integrity hash and an address that says https."""
    page = facts.document
    foreign = [
        (node, page.absolute(value(node, "src")))
        for node in page.css("script[src]")
        if not same_site(host_of(page.absolute(value(node, "src"))) or page.host, page.host)
    ]
    bad = [url for node, url in foreign if not _is_pinned(node, url)]
    return verdict(bad, fine="Every foreign script is pinned.", wrong="Foreign scripts are not pinned.")


def _is_pinned(node: LexborNode, url: str) -> bool:
    # An address without a scheme is as safe as the page that it is copied to; Observatory wants https written out.
    is_written_out = not value(node, "src").strip().startswith("//")
    return (
        is_written_out
        and urlsplit(url).scheme == "https"
        and bool(_INTEGRITY.match(value(node, "integrity")))
    )


@check(
    "mixed_content",
    domain=SECURITY,
    severity=HIGH,
    needs={"page"},
    title="An HTTPS page loads content over plain HTTP",
    why="What comes over plain HTTP can be read and replaced on the way; browsers block it or warn.",
    fix=Fix(
        "Load everything over HTTPS.",
        (
            "Write the addresses with https://, or without scheme and host.",
            "Replace what is not to be had over HTTPS.",
            "Send Content-Security-Policy: upgrade-insecure-requests for addresses in old content.",
        ),
        (f"{MDN}/Security/Mixed_content", "https://web.dev/articles/fixing-mixed-content"),
        config_snippets.header("Content-Security-Policy", "upgrade-insecure-requests"),
    ),
    oracle={"lighthouse": "is-on-https", "zap": "10040"},
)
def no_mixed_content(facts: Facts) -> Outcome:
    """An HTTPS page has no http: address of a subresource."""
    page = facts.document
    if not page.is_https:
        return not_applicable("The page is not served over HTTPS.")
    plain = [url for url in _subresources(page) if url.lower().startswith("http:")]
    return verdict(
        list(dict.fromkeys(plain)),
        fine="Everything comes over HTTPS.",
        wrong="Content comes over plain HTTP.",
    )


def _subresources(page: Page) -> Iterator[str]:
    for selector, attribute in _SUBRESOURCES:
        for node in page.css(selector):
            said = value(node, attribute)
            addresses = _in_srcset(said) if attribute == "srcset" else [said]
            yield from (page.absolute(address) for address in addresses)
    for node in page.css("link[rel][href]"):
        if set(value(node, "rel").lower().split()) & set(_LOADING_LINKS):
            yield page.absolute(value(node, "href"))


def _in_srcset(text: str) -> list[str]:
    return [part.split()[0] for part in text.split(",") if part.split()]


@check(
    "insecure_form_action",
    domain=SECURITY,
    severity=HIGH,
    needs={"page"},
    title="A form of an HTTPS page is sent over plain HTTP",
    why="What a visitor types into it can be read and changed on the way, although the page looks secure.",
    fix=Fix(
        "Send every form over HTTPS.",
        ("Write the form's action with https://, or as a path.",),
        (f"{MDN}/Security/Mixed_content", "https://www.zaproxy.org/docs/alerts/10041/"),
        {"html": '<form action="/contact" method="post">'},
    ),
    oracle={"zap": "10041, 10042"},
)
def forms_are_secure(facts: Facts) -> Outcome:
    """An HTTPS page has no form with an http: action."""
    page = facts.document
    if not page.is_https:
        return not_applicable("The page is not served over HTTPS.")
    senders = [("form[action]", "action"), ("button[formaction], input[formaction]", "formaction")]
    plain = [
        node
        for selector, attribute in senders
        for node in page.css(selector)
        if page.absolute(value(node, attribute)).lower().startswith("http:")
    ]
    return verdict(
        plain, show=snippet, fine="No form goes over plain HTTP.", wrong="A form goes over plain HTTP."
    )


@check(
    "password_over_http",
    domain=SECURITY,
    severity=CRITICAL,
    needs={"page"},
    title="A password is asked for over plain HTTP",
    why="Anybody on the way can read the password, or change the page so that it is sent elsewhere.",
    fix=Fix(
        "Serve the page over HTTPS only.",
        (
            "Serve the whole site over HTTPS.",
            "Redirect http:// to https:// and send Strict-Transport-Security.",
        ),
        (f"{MDN}/Security/Insecure_passwords", "https://www.zaproxy.org/docs/alerts/10105/"),
        config_snippets.TO_HTTPS,
    ),
    oracle={"zap": "10105"},
)
def passwords_are_secure(facts: Facts) -> Outcome:
    """A page whose final address is http: has no password field."""
    page = facts.document
    if page.is_https:
        return passed("The page is served over HTTPS.")
    fields = page.css('input[type="password" i]')
    return verdict(fields, show=snippet, fine="No password is asked for.", wrong="A password is asked for.")


@check(
    "cors_restricted",
    domain=SECURITY,
    severity=HIGH,
    needs={"page", "cors"},
    title="Any site may read the page with the visitor's login",
    why="The answer lets every origin read it with cookies, so any page that a visitor opens can read their "
    "data.",
    fix=Fix(
        "Allow only the origins that you know to read with credentials.",
        (
            "Keep a list of the origins that may, and compare with it exactly.",
            "Never send back the Origin header of the request unseen.",
            "Leave Access-Control-Allow-Credentials out where no cookie is needed.",
        ),
        (f"{MDN}/HTTP/Guides/CORS", "https://portswigger.net/web-security/cors"),
        config_snippets.KNOWN_ORIGINS,
    ),
    headers=("access-control-allow-origin", "access-control-allow-credentials"),
    oracle={"observatory": "cross-origin-resource-sharing"},
)
def cors_is_restricted(facts: Facts) -> Outcome:
    """A preflight from a foreign origin is not answered with that origin and Allow-Credentials: true."""
    headers = facts.cors.headers
    origin = (headers.get("access-control-allow-origin") or "").strip().lower()
    credentials = (headers.get("access-control-allow-credentials") or "").strip().lower()
    if origin == FOREIGN_ORIGIN and credentials == "true":
        return failed("A foreign origin is let in with credentials.")
    return passed(f"The foreign origin is answered with {origin or 'nothing'}.")
