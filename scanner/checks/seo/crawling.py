"""Crawling and indexing: status, robots directives, robots.txt, sitemap, soft 404."""

from datetime import UTC, datetime
from http import HTTPStatus
from urllib.parse import urlsplit

from krafter_audit.http.client import GONE_STATUSES
from krafter_audit.http.throttle_state import OVERLOAD_STATUSES
from scanner.checks.security.information_disclosure import server_errors
from scanner.outcome import FAILED, Outcome, fail_if_any, failed, passed
from scanner.page.context import PageContext
from scanner.page.identity import page_identity
from scanner.page.lost_content import has_own_content, has_own_title, is_error_page
from scanner.page.page import Page
from scanner.parsing import sitemap_xml
from scanner.parsing.page_references import refresh_of
from scanner.parsing.registrable_domain import origin_of
from scanner.parsing.robots_directives import directives_for, forbids_indexing
from scanner.parsing.robots_txt import Robots
from scanner.parsing.scripted_content import is_built_by_scripts
from scanner.preconditions import (
    Inconclusive,
    has_login_segment,
    is_login_page,
    require_content,
    require_no_notice,
    require_readable_encoding,
    require_success_status,
)
from scanner.registry import CRITICAL, HIGH, LOW, MEDIUM, Fix, check

GOOGLE = "https://developers.google.com/search/docs/crawling-indexing"
# Elements that may show something without a text, or lead to another page.
_SHOWN = (
    "script, meta[http-equiv=refresh i], img, svg, video, iframe, frame, object, embed, canvas, input, button"
)
CRAWLERS = ("*", "googlebot", "bingbot", "duckduckbot", "archive.org_bot")


@check(
    "http_status_ok",
    severity=CRITICAL,
    title="Page has an unsuccessful HTTP status code",
    why="Visitors see an error, and search engines remove the page from their index.",
    fix=Fix(
        "Make the page answer with status 200, or redirect its URL to the new location.",
        (
            "Look up the error in the server's log.",
            "Fix the error, restore the page, or redirect it with status 301.",
        ),
        (
            "https://developer.chrome.com/docs/lighthouse/seo/http-status-code",
            f"{GOOGLE}/http-network-errors",
        ),
        {"nginx": "location = /old { return 301 /new; }"},
    ),
    oracle={"lighthouse": "http-status-code"},
    version=9,
)
def status_is_successful(context: PageContext) -> Outcome:
    """The final status is below 400; 429 and 503 are temporary, so they are inconclusive."""
    status = context.landing.response.status
    if status in OVERLOAD_STATUSES:
        raise Inconclusive("blocked", f"The site is temporarily unavailable (status {status}).")
    if status == HTTPStatus.FORBIDDEN:
        context.closed_status  # noqa: B018 - raises where the site refuses the scanner every URL
    if status < 400 and context.is_verification:
        _require_page(context)
    return passed(f"The status is {status}.") if status < 400 else failed(f"The status is {status}.")


def _require_page(context: PageContext) -> None:
    """Raise when a verification gets no page, a login page, a notice or an error page without an error status."""
    # A part of a page, or a redirect without a page, is not the page.
    require_success_status(context.landing)
    require_readable_encoding(context.landing)
    require_content(context.landing, None)
    try:
        require_no_notice(context.url, context.landing, context.original_identity)
    except Inconclusive:
        # A page may be about maintenance, or have a login form beside its content.
        if is_login_page(context.url, context.landing) or not has_own_content(context):
            raise
    if is_login_page(context.url, context.landing) and not has_own_content(context):
        raise Inconclusive("login_wall", "The page has the path or the title of a login page.")
    if is_error_page(context):
        raise Inconclusive("target_missing", "A URL that does not exist answers with the same page.")
    # A page may have been sent with the wrong status. A server error has its own page and title.
    if _is_former_error(context) and not (
        has_own_content(context) or (_was_client_error(context) and has_own_title(context))
    ):
        raise Inconclusive("target_missing", "It is the error page of before, with a successful status now.")
    if context.landing.is_html and _is_blank(context.landing):
        raise Inconclusive("target_missing", "The page shows nothing.")
    if context.landing.is_html and (found := server_errors(context.landing)):
        raise Inconclusive("blocked", f"The page shows {found[0]}.")
    _require_next_page(context)


def _was_client_error(context: PageContext) -> bool:
    return context.original_identity is not None and context.original_identity.status_class == 4


def _is_former_error(context: PageContext) -> bool:
    """Return whether the page is the one with the error status, in which an id or a time may differ."""
    page, former = context.landing, context.original_identity
    earlier = context.rendered.earlier.get("http_status_ok")
    if earlier is None or earlier.status != FAILED:
        return False
    if page.is_html and is_built_by_scripts(page):
        return False  # an application in scripts has the same HTML at each URL
    if earlier.evidence.get("sha256") == page.response.sha256:
        return True
    now = page_identity(page)
    return former is not None and bool(now.title) and (now.title, now.sample) == (former.title, former.sample)


def _is_blank(page: Page) -> bool:
    """Return whether the page has nothing to show, as after an error that the application does not display."""
    body = page.tree.body
    return not page.first(_SHOWN) and not (body and body.text(strip=True))


def _require_next_page(context: PageContext) -> None:
    """Raise when the page leads to an error of the same origin (refresh)."""
    landing = context.landing
    found = refresh_of(landing) if landing.is_html else None
    if not found or origin_of(found[1]) != origin_of(landing.url):
        return
    status = context.link_status(found[1])
    if status is None or status >= 400:
        answer = f"answers with status {status}" if status else "does not answer"
        raise Inconclusive("target_missing", f"The page leads to {found[1][:200]} (refresh), which {answer}.")


@check(
    "indexable",
    severity=HIGH,
    needs={"page", "robots"},
    title="Page is blocked from indexing",
    why="Search engines do not show a page that has noindex, that is past its unavailable_after date, or that "
    "robots.txt disallows.",
    fix=Fix(
        "Allow search engines to index the page.",
        (
            "Remove noindex, none and unavailable_after from the meta robots element and the X-Robots-Tag header.",
            "Remove the rule that disallows the page from robots.txt.",
            "If the page is not meant to be indexed, dismiss this finding.",
        ),
        ("https://developer.chrome.com/docs/lighthouse/seo/is-crawlable", f"{GOOGLE}/block-indexing"),
        {"html": '<meta name="robots" content="index, follow">'},
    ),
    headers=("x-robots-tag",),
    kind="markup",
    oracle={"lighthouse": "is-crawlable"},
    version=4,
)
def page_is_indexable(context: PageContext) -> Outcome:
    """Neither noindex nor a past unavailable_after is set, and robots.txt allows a crawler."""
    # Search engines obey noindex as it was sent, also where a script removes it, and what a script adds.
    pages = context.documents
    robots = context.robots_rules
    blocked = {
        agent: reason for agent in CRAWLERS for page in pages if (reason := _blocked_by(page, robots, agent))
    }
    if len(blocked) == len(CRAWLERS):
        return failed(f"The page is blocked from indexing by {blocked['*']}.", hidden_from=blocked)
    context.markup  # noqa: B018 - raises where a script may add noindex to the page that it builds
    return passed("At least one crawler may index the page.", hidden_from=blocked)


def _blocked_by(page: Page, robots: Robots, agent: str) -> str | None:
    names = ["robots"] if agent == "*" else ["robots", agent]
    now = datetime.now(UTC)
    if any(forbids_indexing(text, now) for name in names for text in page.metas(name)):
        return "a meta element"
    if any(forbids_indexing(text, now) for text in directives_for(agent, page.header_lines("x-robots-tag"))):
        return "X-Robots-Tag"
    return None if robots.allows(agent, page.url) else "robots.txt"


@check(
    "robots_txt_valid",
    severity=MEDIUM,
    needs={"page", "robots"},
    title="robots.txt is not valid",
    why="Crawlers ignore invalid lines, or treat an unavailable robots.txt as if it disallowed the whole site.",
    fix=Fix(
        "Publish a valid robots.txt.",
        (
            "Serve it as text/plain with status 200; if there is none, answer 404, never 5xx.",
            "Use one directive per line (name: value), and start each group with its user agents.",
            "Use absolute sitemap URLs.",
        ),
        (
            "https://developer.chrome.com/docs/lighthouse/seo/invalid-robots-txt",
            "https://www.rfc-editor.org/rfc/rfc9309",
        ),
        {"robots.txt": "User-agent: *\nDisallow: /admin/\nSitemap: https://www.example.com/sitemap.xml"},
    ),
    scope="site",
    oracle={"lighthouse": "robots-txt"},
    version=2,
)
def robots_txt_is_valid(context: PageContext) -> Outcome:
    """robots.txt answers 4xx, or 200 with valid lines only; 5xx fails."""
    response = context.robots
    if response.status >= 500:
        return failed(
            f"robots.txt answers with status {response.status}, which stops crawlers from crawling the site."
        )
    if response.status == 429:
        raise Inconclusive("blocked", "/robots.txt answered with status 429.")
    if response.status >= 400:
        return passed(f"There is no robots.txt (status {response.status}), which is allowed.")
    require_readable_encoding(Page(response))
    if response.truncated:
        raise Inconclusive("truncated", "robots.txt is larger than the limit.")
    if response.status != 200:
        return failed(f"robots.txt answers with status {response.status}.")
    return fail_if_any(
        Robots.parse(response.text).faults, ok="Every line is valid.", problem="Some lines are invalid."
    )


@check(
    "sitemap_valid",
    severity=LOW,
    needs={"page", "robots", "sitemap"},
    title="XML sitemap is missing or invalid",
    why="Without a sitemap, search engines discover new and deeply nested pages later, or not at all.",
    fix=Fix(
        "Publish a sitemap and reference it in robots.txt.",
        (
            "Generate it with your framework.",
            "Serve it as XML at /sitemap.xml.",
            "Add a line Sitemap: with its absolute URL to robots.txt.",
        ),
        ("https://www.sitemaps.org/protocol.html", f"{GOOGLE}/sitemaps/overview"),
        {
            "django": 'path("sitemap.xml", django.contrib.sitemaps.views.sitemap, {"sitemaps": sitemaps})',
            "xml": "<urlset "
            'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>https://…</loc></url></urlset>',
        },
    ),
    scope="site",
    oracle={"sitemaps.org": "protocol"},
    version=4,
)
def sitemap_is_valid(context: PageContext) -> Outcome:
    """The sitemap of robots.txt, or /sitemap.xml, is 200 and a urlset, a sitemapindex, a feed or a list of URLs."""
    response = context.sitemap
    if response.status >= 500 or response.status == 429:
        raise Inconclusive("blocked", f"The sitemap answered with status {response.status}.")
    if response.status != 200:
        return failed(f"There is no sitemap at {response.url} (status {response.status}).")
    require_readable_encoding(Page(response))
    if response.truncated:
        raise Inconclusive("truncated", "The sitemap is larger than the limit.")
    sitemap = sitemap_xml.parse(response.body)
    if sitemap.fault:
        return failed(f"{response.url} is not a valid sitemap: {sitemap.fault}.")
    if context.is_verification and sitemap.root in ("urlset", "sitemapindex") and not sitemap.urls:
        return failed(f"{response.url} lists no URL.")
    relative = [url for url in sitemap.urls if not url.lower().startswith(("http://", "https://"))]
    if relative:
        return failed(f"{response.url} has URLs that are not absolute.", count=len(relative), faults=relative)
    return passed(f"{response.url} is a valid {sitemap.root}.", urls=len(sitemap.urls))


@check(
    "soft_404",
    severity=MEDIUM,
    needs={"page", "missing"},
    title="Missing pages return a success status (soft 404)",
    why="Search engines index error pages and waste their crawl budget on URLs that do not exist.",
    fix=Fix(
        "Answer with status 404 or 410 for URLs that do not exist.",
        (
            "Send status 404 with the error page.",
            "Do not redirect unknown URLs to the home page.",
        ),
        (f"{GOOGLE}/http-network-errors#soft-404-errors",),
        {"nginx": "error_page 404 /404.html;", "django": "raise Http404"},
    ),
    scope="site",
    oracle={"google": "soft 404"},
)
def missing_pages_are_404(context: PageContext) -> Outcome:
    """A random URL answers 404 or 410."""
    response = context.missing
    status = response.status
    if status in GONE_STATUSES:
        return passed(f"A URL that does not exist answers with status {status}.")
    if status in (401, 403, 429) or status >= 500:
        raise Inconclusive("blocked", f"A URL that does not exist answered with status {status}.")
    # As with status 401, the response before the login does not show whether the URL exists.
    if response.history and has_login_segment(urlsplit(response.url).path):
        raise Inconclusive("login_wall", f"A URL that does not exist redirects to {response.url[:200]}.")
    return failed(f"A URL that does not exist answers with status {status}.")
