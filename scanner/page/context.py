"""The facts of one page that checks read, fetched when a check needs them, within a budget."""

import secrets
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from krafter_audit.http.client import GONE_STATUSES, Client, HttpError, ParsedUrl, Response
from scanner import preconditions
from scanner.confirmation import CONFIRM_EVERYTHING, Confirmation, ConfirmEverything
from scanner.fetcher import (
    MAX_CONCURRENT_REQUESTS,
    MAX_SECONDS,
    NO_CACHE,
    RETRY_DELAYS,
    BudgetSpent,
    Memo,
    RequestBudget,
    as_inconclusive,
)
from scanner.outcome import PASSED, Outcome
from scanner.page.identity import Identity
from scanner.page.page import Page
from scanner.page.rendered import RenderedPage
from scanner.page.substitute import Substitute, substitute_of
from scanner.parsing.page_references import refresh_of, same_origin_assets, same_origin_links
from scanner.parsing.registrable_domain import origin_of
from scanner.parsing.robots_txt import Robots
from scanner.parsing.scripted_content import has_building_script, is_built_by_scripts, own_scripts
from scanner.preconditions import Inconclusive, content_in_frames, encodings_of, not_rendered
from scanner.site_requests import (
    ABOUT_SITE,
    BROWSER_ENCODINGS,
    EXPECTED_REFUSALS,
    PROBE,
    SiteRequests,
    may_add_elements,
)

if TYPE_CHECKING:
    from scanner.browser.browser import Browser

COMPRESSION = "text_compression"
SMALL_BODY_BYTES = 1400  # of text that needs no compression
FAST_FIRST_BYTE_MS = 300.0  # one sample is enough for a page of a scan
FOREIGN_ORIGIN = "https://krafter-audit.invalid"  # a reserved top-level domain (RFC 2606)
MAX_ASSETS = 12
MAX_LINKS = 50  # requested for a page
MAX_SECONDS_WITH_BROWSER = 180.0
# The third run of a check: with and without the header of the second run, which makes caches fetch the page again.
UNCACHED_REPETITION, CACHED_REPETITION = 2, 3
BROWSER_REPETITION = 4  # of checks that need only the page: requests it with the headers of a browser
RESERVED_REQUESTS = 25  # kept for the other facts of a run: links take by far the most requests


# Every fact but the page is fetched only after the page has passed its preconditions: a site that is down, has
# moved or requires a login is detected once, and no check passes because there was nothing to read.
class PageContext(SiteRequests):
    """The facts of one page, shared by its checks; may be read from several threads.

    A fact that is not available raises Inconclusive, for each check that reads it. With a `browser`, checks that need
    it must run in the browser's thread.
    """

    def __init__(
        self,
        url: str,
        client: Client,
        *,
        retry_delays: Sequence[float] = RETRY_DELAYS,
        original_identity: Identity | None = None,
        is_verification: bool = False,
        budget: RequestBudget | None = None,
        root: "PageContext | None" = None,
        site: Memo | None = None,
        owned_hosts: preconditions.OwnedHosts | None = None,
        browser: "Browser | None" = None,
        bypass_cache: bool = False,
        as_browser: bool = False,
    ) -> None:
        seconds = MAX_SECONDS_WITH_BROWSER if browser else MAX_SECONDS
        super().__init__(
            url,
            client,
            retry_delays,
            budget or RequestBudget(seconds=seconds),
            site=site or Memo(),
            bypass_cache=bypass_cache,
        )
        self.original_identity = original_identity  # identity of the page when the finding was made
        # There is an earlier outcome.
        self.is_verification = is_verification or original_identity is not None
        self.confirmation: Confirmation = CONFIRM_EVERYTHING
        self._root = root or self  # a repetition has the context of the first run
        self.owned_hosts = owned_hosts  # the project's verified hosts
        self.rendered: RenderedPage = root.rendered.repeat(self) if root else RenderedPage(self, browser)
        self._as_browser = as_browser
        if root:
            self._slots = root._slots

    @property
    def landing(self) -> Page:
        """The response at the URL, whatever its status."""
        return self.once("landing", self._land)

    @property
    def page(self) -> Page:
        """The page itself: found, on the requested site, neither a challenge nor a login page."""
        return self.once("checked page", lambda: self._require_page_preconditions(self.landing))

    @property
    def closed_status(self) -> int | None:
        """The status 403, 404 or 410 of the URL; None where there is a page."""
        status = self.landing.response.status
        if status not in preconditions.CLOSED_STATUSES:
            return None
        # A firewall may refuse the scanner every URL: then the status says nothing about this one.
        other = self.nonexistent_page.response.status
        if other >= 400 and other not in GONE_STATUSES:
            raise Inconclusive(
                "blocked",
                f"The URL answers with status {status}, and a URL that does not exist with {other}.",
            )
        return status

    @property
    def home_page(self) -> Page:
        """The response at the root of the site, whatever its status."""
        landing = self.landing
        return landing if urlsplit(landing.url).path == "/" else self._response_elsewhere("home", "/")

    @property
    def nonexistent_page(self) -> Page:
        """The response at a random path, whatever its status."""
        return self._response_elsewhere("nonexistent", _random_path())

    def nonexistent_in(self, directory: str) -> Page:
        """The response at a random path of a directory, relative to the page, whatever its status."""
        path = directory + _random_path().removeprefix("/")
        return self._response_elsewhere(f"nonexistent in {directory}", path)

    def _response_elsewhere(self, fact: str, path: str) -> Page:
        url = urljoin(self.landing.url, path)
        return self.once(fact, lambda: Page(self.fetch(fact, "GET", url, follow_redirects=True)))

    @property
    def document(self) -> Page:
        page = self.page
        if not page.response.body.strip():
            preconditions.require_complete_body(page)
            raise Inconclusive("target_missing", "The page is empty.")
        preconditions.require_html(page)
        preconditions.require_complete_body(page)
        return page

    @property
    def markup(self) -> Page:
        """The rendered page where a browser may visit it, else the document as it was sent."""
        if self.rendered.is_available():
            return self.rendered.document
        if is_built_by_scripts(self.document):
            raise not_rendered()
        next_page = refresh_of(self.document)
        if next_page and next_page[0] == 0:
            raise Inconclusive(
                "not_rendered", f"Browsers show {next_page[1][:200]} instead (refresh).", final=True
            )
        return self.document

    @property
    def documents(self) -> list[Page]:
        # The visit is the request of the rendered page.
        return [self.document, *([self.rendered.document] if self.rendered.is_available() else [])]

    def substitute(self, *, is_rendered: bool) -> Substitute | None:
        """Return the page if a site may show it in place of others: as it was sent, or else as it is rendered."""
        if not self.has("landing"):
            return None
        try:
            found = substitute_of(self.url, self.landing)
            if found or not is_rendered:
                return found
            return substitute_of(self.url, self.rendered.visited_page(), is_rendered=True)
        except Inconclusive:
            return None

    def unless_content_is_elsewhere(self, outcome: Outcome) -> Outcome:
        """Return the outcome; raise for a pass where frames may have, or scripts add, what would fail."""
        if outcome.status != PASSED:
            return outcome
        if self.markup.is_frameset:
            raise content_in_frames()
        if self.rendered.is_available():
            return outcome
        # The parser leaves the content of shadow roots out.
        if has_building_script(self.document) or self.document.first("template[shadowrootmode]"):
            raise not_rendered()
        # Only the site's own scripts: foreign scripts, such as analytics, build no content.
        scripts = own_scripts(self.document)
        if len(scripts) > MAX_ASSETS or any(map(may_add_elements, self.fetch_assets(scripts))):
            raise not_rendered()
        return outcome

    def _land(self) -> Page:
        # The check of links may have fetched the page already; a repetition must not use it.
        response: Response | None = None if self._bypass_cache else self._site.pop(f"page {self.url}")
        if self._as_browser:
            response = self.fetch_as_browser(self._root.landing.response)
        elif response is None:
            response = self.fetch_page(as_navigation=self._bypass_cache and self.is_verification)
        else:
            self.log["page"] = [response]
        return self._require_landing_preconditions(Page(response))

    def _require_landing_preconditions(self, page: Page) -> Page:
        if page.response.status < 400:
            # The check of links then needs no request for this page.
            self._site.add(f"link {self.url}", page.response.status)
        preconditions.require_same_site(self.url, page)
        preconditions.require_parseable(page)
        self._require_no_challenge(page)
        return page

    def _require_page_preconditions(self, page: Page) -> Page:
        preconditions.require_success_status(page)
        preconditions.require_logged_in(self.url, page, self.client.credentials)
        if self.is_verification:
            preconditions.require_no_login_wall(self.url, page, self.original_identity)
            preconditions.require_no_downgrade(self.url, page, self.original_identity)
            preconditions.require_content(page, self.original_identity)
            preconditions.require_same_page(page, self.original_identity)
        return page

    def use_response(self, response: Response) -> None:
        """Use a browser's response as the page, unless the page is known. Raises as `page` does."""
        page = self._require_page_preconditions(self._require_landing_preconditions(Page(response)))
        if self.once("landing", lambda: page) is page:
            self.log["page"] = [response]

    def repeat(self, number: int) -> "PageContext":
        """Return the context of the `number`th repetition, which fetches every fact again."""
        return self._root.once(f"repetition {number}", partial(self._root._repeated, number))

    def _repeated(self, number: int) -> "PageContext":
        bypass_cache = number not in (CACHED_REPETITION, BROWSER_REPETITION)
        return PageContext(
            self.url,
            # Each address of a host may be another server, and the fix on only one of them.
            self.client.at_second_address() if bypass_cache else self.client,
            # The first run has already waited for the end of the outage.
            retry_delays=() if self.ended_with_outage("page") else self.retry_delays,
            original_identity=self.original_identity,
            is_verification=self.is_verification,
            budget=self.budget,
            root=self,
            site=self._site.repetition(number),
            owned_hosts=self.owned_hosts,
            bypass_cache=bypass_cache,
            as_browser=number == BROWSER_REPETITION,
        )

    def attempts(self) -> list["PageContext"]:
        return [self._root, *self._root.named("repetition ")]

    def sibling(self, url: str) -> "PageContext":
        """Return the context of another page of the site, with which it shares facts of the site."""
        other = PageContext(
            url,
            self.client,
            retry_delays=self.retry_delays,
            site=self._site,
            owned_hosts=self.owned_hosts,
            browser=self.rendered.browser,
        )
        other._slots = self._slots
        other.planned = self.planned
        other.rendered.save_screenshot = self.rendered.save_screenshot
        other.rendered.keep_cache = self.rendered.keep_cache
        return other

    @property
    def http_chain(self) -> list[Response]:
        """The responses from the page's http:// URL to the last redirect.

        Where nothing answers at the URL itself, the Inconclusive is `unanswered`.
        """
        return self.once("http_chain", self._fetch_http_chain)

    def _fetch_http_chain(self) -> list[Response]:
        if urlsplit(self.url).scheme == "http":
            final = self.landing.response
            return [*final.history, final]
        host = ParsedUrl.parse(self.url).bracketed_host
        start = urlsplit(self.url)._replace(scheme="http", netloc=host, fragment="").geturl()
        first = self.fetch_over_plain_http(start)
        if not first.is_redirect:
            return [first]
        try:
            target = ParsedUrl.parse(start).join(first.location).url
        except HttpError as error:
            raise as_inconclusive(error) from None
        final = self.landing.response if target == self.url else self.fetch_redirect_target(target)
        return [first, *final.history, final]

    def probe(self, path: str) -> Response:
        """The response to GET of a path of the site; only a well-known one may lead to another site."""
        is_published = path.startswith(preconditions.WELL_KNOWN)
        # A path such as /.git/config is not published: requesting it from a foreign site is an attack.
        if not is_published:
            self.require_ownership()
        fact, options = f"{PROBE}{path}", {"expected_refusals": EXPECTED_REFUSALS}
        fetch = partial(self._fetch_from_site, fact, "GET", path, follow_redirects=is_published)
        return self.once(
            fact,
            lambda: self.follow_on_site(fact, fetch(**options), self.rendered.may_request, **options),
        )

    def require_ownership(self) -> None:
        """Raise unless the page's host is verified as the project's, or on an allowed network."""
        self.require_ownership_of(self._root.page)

    def require_ownership_of(self, page: Page) -> None:
        preconditions.require_ownership(page, self.client.policy, self.owned_hosts)

    @property
    def missing(self) -> Response:
        """The response at a URL of the site that cannot exist."""
        return self.once(
            "missing",
            lambda: self._fetch_from_site("missing", "GET", _random_path(), follow_redirects=True),
        )

    @property
    def nonexistent_path(self) -> str:
        return self._site.once("nonexistent path", _random_path)

    def page_at(self, path: str) -> Page:
        """Return the response at a path of the site, whatever its status; requested once for all pages."""
        url = urljoin(self._root.page.url, path)
        options: dict[str, Any] = {"follow_redirects": True, "expected_refusals": EXPECTED_REFUSALS}
        fetch = partial(self._fetch_from_site, "other page", "GET", path, **options)
        return self._site.once(f"page at {url}", lambda: Page(fetch()))

    @property
    def robots(self) -> Response:
        """The response at /robots.txt, whatever its status."""
        # While the page is not available, other facts of its site mean nothing.
        return self._site.once(
            f"robots {origin_of(self._root.page.url)}",
            lambda: self._fetch_from_site(
                "robots", "GET", "/robots.txt", retry_statuses=True, follow_redirects=True
            ),
        )

    @property
    def robots_rules(self) -> Robots:
        """The rules of robots.txt; without one everything is allowed. Raises Inconclusive."""
        response = self.robots
        if response.status >= 500 or response.status == 429:
            raise Inconclusive("blocked", f"/robots.txt answered with status {response.status}.")
        if response.status >= 300:
            return Robots()
        # The missing part may contain rules.
        preconditions.require_whole_response(Page(response))
        preconditions.require_readable_encoding(Page(response))
        return Robots.parse(response.text)

    @property
    def sitemap(self) -> Response:
        """The response at the first sitemap of robots.txt, or at /sitemap.xml."""
        return self._site.once(f"sitemap {origin_of(self._root.page.url)}", self._fetch_sitemap)

    def _fetch_sitemap(self) -> Response:
        path = next(iter(self.robots_rules.sitemaps), "/sitemap.xml")
        return self._fetch_from_site("sitemap", "GET", path, follow_redirects=True)

    @property
    def cors(self) -> list[Response]:
        """The response to a foreign origin's preflight; in a verification also to its GET, which needs no preflight."""
        origin = {"Origin": FOREIGN_ORIGIN}
        preflight = {**origin, "Access-Control-Request-Method": "GET"}
        requests = [("OPTIONS", preflight), *([("GET", origin)] if self.is_verification else [])]
        fetch = partial(self._fetch_from_site, "cors", path="")
        return self.once("cors", lambda: [fetch(method, headers=headers) for method, headers in requests])

    @property
    def encoded(self) -> Response:
        """The page as sent to a browser that accepts every compression."""
        return self.once("encoded", self._fetch_encoded)

    def _fetch_encoded(self) -> Response:
        response = self._root.page.response
        # A large response without compression may have another encoding, which the first pages of a scan confirm.
        is_small = len(response.body) <= SMALL_BODY_BYTES
        is_enough = is_small or bool(encodings_of(response.headers))
        if self is self._root and (is_enough or not self.confirmation.is_required(COMPRESSION)):
            self.log["encoded"] = [response]
            return response
        encoded = self._fetch_from_site("encoded", "GET", "", headers=BROWSER_ENCODINGS, decode=False)
        preconditions.require_whole_response(Page(encoded))
        preconditions.require_encoded(encoded)
        if not encoded.body:
            raise Inconclusive("target_missing", "The URL answers with an empty page.")
        return encoded

    @property
    def assets(self) -> list[Response]:
        """The first 12 same-origin scripts, style sheets and images; the bodies are not decoded."""
        return self.once("assets", lambda: self.fetch_assets(same_origin_assets(self._root.document)))

    def fetch_assets(self, urls: list[str]) -> list[Response]:
        """Return the responses at the first 12 URLs; the bodies are not decoded."""
        may_request = self.rendered.may_request
        return [
            self._site.once(f"asset {url}", partial(self.fetch_asset, url, may_request))
            for url in self.rendered.faulty_first(urls)[:MAX_ASSETS]
        ]

    @property
    def links(self) -> dict[str, int | None]:
        """The status of the first 50 same-origin links; None for a link that did not answer."""
        return self.once("links", self._fetch_links)

    def _fetch_links(self) -> dict[str, int | None]:
        links = same_origin_links(self._root.document, logged_in=self.client.credentials is not None)
        urls = self.rendered.faulty_first(links)[:MAX_LINKS]
        within_budget = urls[: max(0, self.budget.left() - RESERVED_REQUESTS)]
        if urls and not within_budget:
            raise BudgetSpent("not_available", "No request is left for the links of the page.")
        with ThreadPoolExecutor(MAX_CONCURRENT_REQUESTS, thread_name_prefix="links") as pool:
            return dict(zip(within_budget, pool.map(self.link_status, within_budget), strict=True))

    @property
    def fast_first_byte_time(self) -> float | None:
        """The page's Time to First Byte in milliseconds; None where it must be measured several times."""
        time_ms = self.page.response.ttfb_ms
        is_of_scan = not isinstance(self.confirmation, ConfirmEverything)
        return time_ms if is_of_scan and time_ms <= FAST_FIRST_BYTE_MS else None

    def first_byte_times(self, count: int) -> list[float]:
        """Return `count` times to first byte in milliseconds."""
        # The first request includes DNS, the handshake and a cold cache.
        return self._timings("timings", self._warm_up, count)

    def undisturbed_first_byte_times(self, count: int) -> list[float]:
        """Return `count` times to first byte, measured while nothing else is requested of the site."""
        with self._exclusive_host():
            return self._timings("undisturbed timings", list, count)

    def _timings(self, name: str, begin: Callable[[], list[float]], count: int) -> list[float]:
        samples = self.once(name, begin)
        with self.lock(name):
            while len(samples) < count:
                samples.append(self._first_byte_time())
            return samples[:count]

    @contextmanager
    def _exclusive_host(self) -> Iterator[None]:
        try:
            with self.client.throttle.exclusive(ParsedUrl.parse(self._root.page.url)):
                yield
        except HttpError as error:
            raise as_inconclusive(error) from None

    def _warm_up(self) -> list[float]:
        self._first_byte_time()
        return []

    def _first_byte_time(self) -> float:
        is_new = preconditions.is_redirected_now(self._root.page, self.original_identity)
        url = self.url if is_new else ""
        response = self._fetch_from_site("timings", "GET", url, headers=NO_CACHE, follow_redirects=is_new)
        if not response.is_success:
            raise Inconclusive("blocked", f"It answered with status {response.status} while it was timed.")
        return max(hop.ttfb_ms for hop in (*response.history, response))

    def require_no_server_error(self) -> None:
        """Raise when a request for the page was answered with a server error."""
        for attempt in self.attempts():
            for fact in ("page", "timings", "encoded"):
                for response in list(attempt.log.get(fact, ())):
                    # Times during an outage say nothing about the page.
                    if response.status >= 500:
                        raise Inconclusive(
                            "blocked", f"A request for the page was answered with status {response.status}."
                        )

    def _fetch_from_site(self, fact: str, method: str, path: str, **options: Any) -> Response:
        page = self._root.page
        response = self.fetch(fact, method, urljoin(page.url, path) if path else page.url, **options)
        if fact.startswith(ABOUT_SITE):
            preconditions.require_no_login_instead(page, Page(response))
        return response


def _random_path() -> str:
    return f"/krafter-audit-{secrets.token_hex(8)}"
