"""Content and forms of the page: subresource integrity, mixed content, form targets, CORS."""

import re
from collections.abc import Container, Iterator
from dataclasses import replace
from http import HTTPStatus
from urllib.parse import urlsplit

from selectolax.lexbor import LexborNode

from krafter_audit.http.client import Response
from krafter_audit.http.throttle_state import OVERLOAD_STATUSES
from scanner.checks import config_snippets
from scanner.outcome import Outcome, fail_if_any, failed, faults_in, not_applicable, passed
from scanner.page.context import FOREIGN_ORIGIN, PageContext
from scanner.page.page import Page, attribute_value, media_type, snippet
from scanner.parsing import csp_policy
from scanner.parsing.page_references import same_origin_style_sheets
from scanner.parsing.registrable_domain import host_of, same_site
from scanner.parsing.srcset import urls_in_srcset
from scanner.preconditions import Inconclusive, require_parseable
from scanner.registry import CRITICAL, HIGH, MEDIUM, Fix, check
from scanner.site_requests import decoded

MDN = "https://developer.mozilla.org/en-US/docs/Web"

_SUBRESOURCES = (
    (
        "script[src], img[src], iframe[src], embed[src], input[src], audio[src], video[src], source[src]",
        "src",
    ),
    ("track[src], frame[src]", "src"),
    ("object[data]", "data"),
    ("video[poster]", "poster"),
    ("img[srcset], source[srcset]", "srcset"),
    ("link[imagesrcset]", "imagesrcset"),
    ("body[background], table[background], td[background], th[background]", "background"),
    ("svg image[href]", "href"),
    ("svg image", "xlink:href"),
)
_SRCSETS = ("srcset", "imagesrcset")
_CSS_URL = re.compile(r"(?:@import\s*|\burl\(\s*)[\"']?(http:[^\"'()\s;]+)", re.IGNORECASE)
# The URL of a namespace is not loaded. An unclosed comment ends with the style sheet.
_NOT_LOADED_BY_CSS = re.compile(r"/\*.*?(?:\*/|\Z)|@namespace\b[^;]*", re.IGNORECASE | re.DOTALL)
_UPGRADED = f"{csp_policy.UPGRADE_DIRECTIVE} makes browsers request every URL over HTTPS."
_LOADING_LINKS = (
    "stylesheet",
    "icon",
    "preload",
    "modulepreload",
    "manifest",
    "prefetch",
    "apple-touch-icon",
)
# A comment of JavaScript at the start of a line: elsewhere it may be a part of a string.
_COMMENT = re.compile(r"^[ \t]*(?://[^\n]*|/\*.*?(?:\*/|\Z))", re.MULTILINE | re.DOTALL)
_INTEGRITY = re.compile(r"\s*sha(?:256|384|512)-[A-Za-z0-9+/_-]+={0,2}(?:\?\S*)?(?:\s|$)")


@check(
    "sri_external_scripts",
    severity=MEDIUM,
    title="Third-party scripts are loaded without Subresource Integrity (SRI)",
    why="If the other site is compromised, its modified scripts run in your visitors' browsers.",
    fix=Fix(
        "Host the scripts yourself, or load them over HTTPS with an integrity attribute.",
        (
            "Host the script on your own site if you can.",
            "Otherwise pin one version, use an https:// URL, and add integrity and crossorigin attributes.",
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
    in_frames=True,
    version=4,
)
def scripts_have_integrity(context: PageContext) -> Outcome:
    """Each script from another registrable domain has an integrity attribute and an https: URL."""
    # As sent, as in Observatory: scripts that a tag manager inserts are not in the page's own HTML.
    page = context.document
    if left := _loaded_by_scripts(page, _faults_before(context, "sri_external_scripts")):
        return failed("A script of the page loads them without integrity now.", faults=left)
    scripts = [(node, page.absolute(attribute_value(node, "src"))) for node in page.css("script[src]")]
    third_party = [
        (node, url) for node, url in scripts if not same_site(host_of(url) or page.host, page.host)
    ]
    return fail_if_any(
        [url for node, url in third_party if not _has_integrity(node, url)],
        ok="Every third-party script has an integrity attribute.",
        problem="Third-party scripts lack an integrity attribute or an https: URL.",
    )


def _faults_before(context: PageContext, key: str) -> list[str]:
    earlier = context.rendered.earlier.get(key)
    return faults_in(earlier.evidence) if earlier else []


def _loaded_by_scripts(page: Page, urls: list[str]) -> list[str]:
    """Return the URLs that scripts in the page name, where none of these sets integrity, as an import map can."""
    # The data of an application may also name a URL that an element loads with integrity.
    pinned = {url for node, url in _loading_elements(page) if _has_integrity(node, url)}
    codes = [code.replace("\\/", "/") for code in _codes(page)]
    return [url for url in urls if url not in pinned and _is_named_alone(url, codes)]


def _loading_elements(page: Page) -> Iterator[tuple[LexborNode, str]]:
    for selector, name in (("script[src]", "src"), ('link[rel~="modulepreload" i][href]', "href")):
        for node in page.css(selector):
            yield node, page.absolute(attribute_value(node, name))


def _codes(page: Page) -> Iterator[str]:
    for node in page.css("script:not([src])"):
        if attribute_value(node, "type").strip().lower() != "application/ld+json":  # loads nothing
            attributes = (text or "" for text in node.attributes.values())
            yield " ".join([*attributes, _COMMENT.sub("", node.text())])


def _is_named_alone(url: str, codes: list[str]) -> bool:
    # A URL with a query is the same script; a URL with a longer path is another script.
    whole = re.compile(re.escape(url) + r"(?![\w/.~-])")
    naming = [code for code in codes if whole.search(code)]
    return bool(naming) and not any("integrity" in code for code in naming)


def _has_integrity(node: LexborNode, url: str) -> bool:
    # A protocol-relative URL is as safe as the page that it is copied to; Observatory requires https: as well.
    is_relative = attribute_value(node, "src").strip().startswith("//")
    return (
        not is_relative
        and urlsplit(url).scheme == "https"
        and bool(_INTEGRITY.match(attribute_value(node, "integrity")))
    )


@check(
    "mixed_content",
    severity=HIGH,
    needs={"page", "assets"},
    title="HTTPS page loads resources over HTTP (mixed content)",
    why="Resources loaded over plain HTTP can be read and modified on the network; browsers block them or warn.",
    fix=Fix(
        "Load every resource over HTTPS.",
        (
            "Use https:// URLs, or URLs without scheme and host.",
            "Replace resources that are not available over HTTPS.",
            "Send Content-Security-Policy: upgrade-insecure-requests for URLs in old content.",
        ),
        (f"{MDN}/Security/Mixed_content", "https://web.dev/articles/fixing-mixed-content"),
        config_snippets.header("Content-Security-Policy", "upgrade-insecure-requests"),
    ),
    kind="markup",
    oracle={"lighthouse": "is-on-https", "zap": "10040"},
    in_frames=True,
    version=6,
)
def no_mixed_content(context: PageContext) -> Outcome:
    """An HTTPS page has no subresource with an http: URL, unless its policy lets browsers upgrade them."""
    pages = context.documents  # scripts add resources, and remove some that were loaded
    if not pages[0].is_https:
        return not_applicable("The page is not served over HTTPS.")
    if csp_policy.upgrades_requests(pages[0]):
        return fail_if_any(
            _before_policy(pages[0]),
            ok=_UPGRADED,
            problem="Resources before the meta element with upgrade-insecure-requests have an http: URL.",
        )
    insecure = [url for page in pages for url in _subresources(page) if url.lower().startswith("http:")]
    insecure += _in_style_sheets(context)
    outcome = fail_if_any(
        list(dict.fromkeys(insecure)),
        ok="Every resource has an https: URL.",
        problem="Resources have an http: URL.",
    )
    return context.unless_content_is_elsewhere(outcome)


def _before_policy(page: Page) -> list[str]:
    """Return the insecure scripts and style sheets that browsers find before a policy that upgrades requests."""
    if any(csp_policy.UPGRADE_DIRECTIVE in policy.directives for policy in csp_policy.header_policies(page)):
        return []
    insecure = []
    for node in page.css(
        f'{csp_policy.META_SELECTOR}, head script[src], head link[rel~="stylesheet" i][href]'
    ):
        if node.tag == "meta":
            if csp_policy.UPGRADE_DIRECTIVE in attribute_value(node, "content").lower():
                break
            continue
        url = page.absolute(attribute_value(node, "src") or attribute_value(node, "href"))
        if url.lower().startswith("http:"):
            insecure.append(url)
    return insecure


def _subresources(page: Page) -> Iterator[str]:
    for selector, attribute in _SUBRESOURCES:
        for node in page.css(selector):
            text = attribute_value(node, attribute)
            urls = urls_in_srcset(text) if attribute in _SRCSETS else [text]
            yield from (page.absolute(url) for url in urls)
    for node in page.css("link[rel][href]"):
        if set(attribute_value(node, "rel").lower().split()) & set(_LOADING_LINKS):
            yield page.absolute(attribute_value(node, "href"))
    styles = [attribute_value(node, "style") for node in page.css("[style]")]
    for style in [*styles, *(node.text() for node in page.css("style"))]:
        yield from _CSS_URL.findall(_NOT_LOADED_BY_CSS.sub("", style))
    for text in (attribute_value(node, "srcdoc") for node in page.css("iframe[srcdoc]")):
        frame = Page(replace(page.response, body=text.encode("utf-8", errors="replace")))
        require_parseable(frame)
        yield from _subresources(frame)


def _in_style_sheets(context: PageContext) -> list[str]:
    """Return the resources with an http: URL that a fix has moved into a style sheet of the site."""
    known = _faults_before(context, "mixed_content")
    if not known:
        return []
    sheets = context.fetch_assets(same_origin_style_sheets(context.document))
    texts = [decoded(sheet).text for sheet in sheets if media_type(sheet.content_type) == "text/css"]
    found = (_CSS_URL.findall(_NOT_LOADED_BY_CSS.sub("", text)) for text in texts)
    return [url for urls in found for url in urls if url in known]


@check(
    "insecure_form_action",
    severity=HIGH,
    needs={"page", "assets"},
    title="HTTPS page submits a form over HTTP",
    why="An attacker on the network can read and modify what visitors submit, although the page itself is secure.",
    fix=Fix(
        "Submit every form over HTTPS.",
        ("Use an https:// URL or a path in the form's action attribute.",),
        (f"{MDN}/Security/Mixed_content", "https://www.zaproxy.org/docs/alerts/10041/"),
        {"html": '<form action="/contact" method="post">'},
    ),
    kind="markup",
    oracle={"zap": "10041, 10042"},
    in_frames=True,
    version=3,
)
def forms_are_secure(context: PageContext) -> Outcome:
    """An HTTPS page has no form with an http: action, unless its policy lets browsers upgrade them."""
    page = context.documents[-1]
    if not page.is_https:
        return not_applicable("The page is not served over HTTPS.")
    if csp_policy.upgrades_requests(context.document):
        return passed(_UPGRADED)
    senders = [("form[action]", "action"), ("button[formaction], input[formaction]", "formaction")]
    insecure = [
        node
        for selector, attribute in senders
        for node in page.css(selector)
        if page.absolute(attribute_value(node, attribute)).lower().startswith("http:")
    ]
    outcome = fail_if_any(
        insecure,
        show=snippet,
        ok="No form is submitted over plain HTTP.",
        problem="Forms are submitted over plain HTTP.",
    )
    return context.unless_content_is_elsewhere(outcome)


@check(
    "password_over_http",
    severity=CRITICAL,
    needs={"page", "assets"},
    title="Password field on a page served over HTTP",
    why="An attacker on the network can read the password, or modify the page so that it is sent elsewhere.",
    fix=Fix(
        "Serve the page over HTTPS only.",
        (
            "Serve the whole site over HTTPS.",
            "Redirect http:// to https:// and send Strict-Transport-Security.",
        ),
        (f"{MDN}/Security/Insecure_passwords", "https://www.zaproxy.org/docs/alerts/10105/"),
        config_snippets.TO_HTTPS,
    ),
    kind="markup",
    oracle={"zap": "10105"},
    in_frames=True,
    version=2,
)
def passwords_are_secure(context: PageContext) -> Outcome:
    """A page whose final URL is http: has no password field."""
    page = context.documents[-1]
    if page.is_https:
        return passed("The page is served over HTTPS.")
    outcome = fail_if_any(
        page.css('input[type="password" i]'),
        show=snippet,
        ok="The page has no password field.",
        problem="The page has a password field and is served over plain HTTP.",
    )
    return context.unless_content_is_elsewhere(outcome)


@check(
    "cors_restricted",
    severity=HIGH,
    needs={"page", "cors"},
    title="CORS allows any origin to read the page with credentials",
    why="Any site that a visitor opens can read this page with the visitor's cookies, including personal data.",
    fix=Fix(
        "Allow credentials only for an explicit list of trusted origins.",
        (
            "Compare the Origin header with a list of trusted origins, exactly.",
            "Never reflect the Origin header of the request without this comparison.",
            "Omit Access-Control-Allow-Credentials if no cookies are needed.",
        ),
        (f"{MDN}/HTTP/Guides/CORS", "https://portswigger.net/web-security/cors"),
        config_snippets.KNOWN_ORIGINS,
    ),
    headers=("access-control-allow-origin", "access-control-allow-credentials"),
    oracle={"observatory": "cross-origin-resource-sharing"},
    version=5,
)
def cors_is_restricted(context: PageContext) -> Outcome:
    """A foreign origin's preflight and GET are not answered with it (after a fix, or null) and Allow-Credentials."""
    answers = context.cors
    # Every site can send the origin null, from a frame in a sandbox.
    origins = (FOREIGN_ORIGIN, "null") if context.is_verification else (FOREIGN_ORIGIN,)
    if any(_allows_credentials(response, origins) for response in answers):
        return failed("A foreign origin is allowed with credentials.")
    for answer in answers:
        is_outage = answer.status >= 500 and answer.status != HTTPStatus.NOT_IMPLEMENTED
        if is_outage or answer.status in OVERLOAD_STATUSES:
            raise Inconclusive(
                "blocked", f"A request of a foreign origin was answered with status {answer.status}."
            )
    origin = answers[0].headers.get("access-control-allow-origin") or "not sent"
    return passed(f"Access-Control-Allow-Origin for a foreign origin: {origin[:200]}.")


def _allows_credentials(response: Response, origins: Container[str]) -> bool:
    headers = response.headers
    origin = (headers.get("access-control-allow-origin") or "").strip().lower()
    # Fetch, 4.10: browsers require true, not True.
    return origin in origins and (headers.get("access-control-allow-credentials") or "").strip() == "true"
