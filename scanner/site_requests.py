"""Requests to a site: a bot challenge or a firewall's refusal is detected in each response."""

import time
from collections.abc import Callable, Sequence, Set
from contextlib import suppress
from dataclasses import replace
from functools import partial
from http import HTTPStatus
from typing import Any

from krafter_audit.http.client import Client, HttpError, Limits, ParsedUrl, Response
from krafter_audit.http.responses import decode_body
from krafter_audit.http.throttle_state import ThrottleObservation
from scanner import preconditions
from scanner.fetcher import OUTAGE_REASONS, OUTAGE_STATUSES, Memo, RequestBudget
from scanner.page.error_page import is_same_error_page, may_be_error_page
from scanner.page.page import Page
from scanner.parsing.registrable_domain import host_of, same_site
from scanner.parsing.scripted_content import adds_elements
from scanner.preconditions import READABLE_ENCODINGS, Inconclusive, encodings_of
from scanner.tls.context import TlsContext

EXPECTED_REFUSALS = (403,)  # of probed paths and links; a refused page slows the scanner down
BROWSER_ENCODINGS = {"Accept-Encoding": "gzip, deflate, br, zstd"}
# As Chromium requests a page. A cache has a response for each value of the headers that Vary names.
BROWSER_HEADERS = {
    **BROWSER_ENCODINGS,
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8",
    "Accept-Language": "en-US,en;q=0.9",
    "Sec-Fetch-Dest": "document",
    "Sec-Fetch-Mode": "navigate",
    "Sec-Fetch-Site": "none",
    "Sec-Fetch-User": "?1",
    "Upgrade-Insecure-Requests": "1",
}
LINK_RETRIES = 2  # for a link that answers with a server error
# The headers that every browser sends: neither a language nor an encoding that we cannot decode.
NAVIGATION_HEADERS = {name: value for name, value in BROWSER_HEADERS.items() if "Accept-" not in name}
MAX_PROBE_REDIRECTS = 10
MIN_ARTICLE = 40  # words and links; a notice has fewer
PROBE = "probe:"
# Facts for which a status 403 is no evidence once a firewall refuses every URL to the scanner.
ABOUT_SITE = (PROBE, "robots", "sitemap", "missing", "cors")


class SiteRequests(TlsContext):
    """Sends the requests of one page's checks; `site` holds the facts that all pages of the site share."""

    def __init__(
        self,
        url: str,
        client: Client,
        retry_delays: Sequence[float],
        budget: RequestBudget,
        *,
        site: Memo,
        bypass_cache: bool,
    ) -> None:
        super().__init__(client, retry_delays, budget, bypass_cache=bypass_cache)
        self.url = url
        self.planned: Set[str] = frozenset()  # the URLs of the pages that the same process will scan
        self.broken_before: Set[str] = frozenset()  # links that were broken when the finding was made
        self._site = site

    def _require_no_challenge(self, page: Page) -> None:
        try:
            preconditions.require_no_challenge(page)
        except Inconclusive:
            self._site.add(f"challenge {page.host}", fact=True)
            # Slow down as for a refusal.
            self.client.throttle.observe(ParsedUrl.parse(page.url), ThrottleObservation(403))
            raise

    def _fetch_once(self, fact: str, method: str, url: str, **options: Any) -> Response:
        response = super()._fetch_once(fact, method, url, **options)
        # The page has its own preconditions, in their order.
        if fact != "page":
            is_decoded = options.get("decode", True)
            self._require_no_challenge(Page(response if is_decoded else decoded(response)))
        if response.status == HTTPStatus.FORBIDDEN and fact.startswith(ABOUT_SITE) and self._is_refused():
            raise Inconclusive("blocked", f"{url} answered with status 403, and now the page does too.")
        return response

    def fetch_over_plain_http(self, url: str) -> Response:
        closed = f"closed {host_of(url)}"
        # A closed port is waited for once, not for every page of the site.
        if self._site.has(closed):
            return self._fetch_once("http_chain", "GET", url)
        try:
            return self.fetch("http_chain", "GET", url)
        except Inconclusive as error:
            if error.reason in OUTAGE_REASONS:
                self._site.add(closed, fact=True)
            raise

    def fetch_redirect_target(self, url: str) -> Response:
        """Follow the redirect of an http:// URL."""
        try:
            return self.fetch("http_chain", "GET", url, follow_redirects=True)
        except Inconclusive as error:
            # The http:// URL itself has answered.
            error.unanswered = False
            raise

    def follow_on_site(
        self, fact: str, response: Response, may_request: Callable[[str], bool], **options: Any
    ) -> Response:
        """Follow redirects as a visitor would, as long as they stay on the project's hosts."""
        seen: set[str] = set()
        while target := _next_on_site(response):
            if not may_request(target) or target in seen or len(seen) == MAX_PROBE_REDIRECTS:
                break
            seen.add(target)
            after = self.fetch(fact, "GET", target, **options)
            response = replace(after, history=(*response.history, response))
        return response

    def fetch_page(self, *, as_navigation: bool) -> Response:
        """Request the page, as the navigation of a browser if a server may have another page for programs."""
        headers = NAVIGATION_HEADERS if as_navigation else {}
        return self.fetch(
            "page", "GET", self.url, headers=headers, retry_statuses=True, follow_redirects=True
        )

    def fetch_as_browser(self, plain: Response) -> Response:
        """Request the page with a browser's headers; a body that cannot be decoded is that of the plain response."""
        sent = self.fetch(
            "page", "GET", self.url, follow_redirects=True, headers=BROWSER_HEADERS, decode=False
        )
        preconditions.require_encoded(sent)
        response = decoded(sent)
        is_readable = encodings_of(response.headers) <= READABLE_ENCODINGS
        return response if is_readable else replace(response, body=plain.body, truncated=False)

    def fetch_asset(self, url: str, may_request: Callable[[str], bool]) -> Response:
        options: dict[str, Any] = {"headers": BROWSER_ENCODINGS, "decode": False}
        return self.follow_on_site(
            "assets", self.fetch("assets", "GET", url, **options), may_request, **options
        )

    def require_no_challenged_links(self) -> None:
        """Raise when the site has answered with a bot challenge, which the status of a link may hide."""
        if self._site.has(f"challenge {host_of(self.url)}"):
            raise Inconclusive("challenge", "A bot challenge was returned instead of a page of the site.")

    def link_status(self, url: str) -> int | None:
        """Return the status of a link; None if it did not answer or was refused. Requested once for all pages."""
        return self._site.once(f"link {url}", partial(self._link_status, url))

    def _link_status(self, url: str) -> int | None:
        try:
            # A page that will be scanned is requested once: by GET, and its response is kept for the scan.
            if url in self.planned:
                response = self._fetch_link("GET", url)
                if response.status < 400:
                    self._site.add(f"page {url}", response)
                return self._confirmed_link_status(url, response.status)
            # HEAD shows no bot challenge that has status 200, and some servers answer it with 200 whatever GET gets.
            by_get = self._is_first_link() or url in self.broken_before
            response = self._fetch_link("GET" if by_get else "HEAD", url)
            if url in self.broken_before:
                self._note_soft_404(url, response)
                return self._repeated_link_status(url, response.status)
            status = response.status
            # Many servers refuse HEAD.
            if status < 400:
                return status
            return self._confirmed_link_status(url, self._fetch_link("GET", url).status)
        except Inconclusive:
            return None

    def _repeated_link_status(self, url: str, status: int) -> int | None:
        """Return the status of a link that was broken, by a second request; None where it works only at times."""
        second = self._confirmed_link_status(url, self._fetch_link("GET", url).status)
        if second is None or (status < 400) == (second < 400):
            return second
        third = self._fetch_link("GET", url).status
        return max(second, third) if (second < 400) == (third < 400) else None

    def _note_soft_404(self, url: str, response: Response) -> None:
        page = Page(response)
        # A redirect without a Location, a status without a body, a blank page.
        if response.status < 400 and (not response.is_success or not response.body.strip()):
            self._site.add(f"soft 404 {url}", f"{url} answers without a page (status {response.status}).")
            return
        preconditions.require_parseable(page)
        reason = preconditions.unavailable_reason(page.title) if page.is_html else None
        # An article may be about maintenance; a notice of maintenance is short.
        if reason == "target_missing" or (reason and len(page.fingerprints) < MIN_ARTICLE):
            self._site.add(f"soft 404 {url}", f"{url} answers with the title {page.title[:80]!r}.")
        elif page.response.is_success and may_be_error_page(page):
            self._site.add(f"fixed link {url}", page)

    def require_no_soft_404(self, missing: Callable[[str], Page]) -> None:
        """Raise when a link that was broken leads to an error page with status 200 now.

        `missing` returns the response at a URL that does not exist in the directory of another.
        """
        for detail in self._site.named("soft 404 "):
            raise Inconclusive("target_missing", detail)
        for page in self._site.named("fixed link "):
            if is_same_error_page(page, missing(page.url)):
                raise Inconclusive(
                    "target_missing", f"{page.url[:200]} answers as a URL that does not exist does."
                )

    def _is_first_link(self) -> bool:
        is_first = not self._site.has("first link")
        self._site.add("first link", fact=True)
        return is_first

    def _confirmed_link_status(self, url: str, status: int) -> int | None:
        """Return the status of a link that answered GET with `status`; None if the site refuses every URL."""
        for _ in range(LINK_RETRIES):
            if status < 500:
                break
            # A server error may be gone in a moment.
            time.sleep(self.retry_delays[0] if self.retry_delays else 0)
            status = self._fetch_link("GET", url).status
        return None if status == HTTPStatus.FORBIDDEN and self._is_refused() else status

    def _is_refused(self) -> bool:
        # A firewall that refuses every URL to the scanner also refuses the page, and continues to do so.
        refused = f"refused {host_of(self.url)}"
        if not self._site.has(refused) and self._fetch_link("GET", self.url).status == HTTPStatus.FORBIDDEN:
            self._site.add(refused, fact=True)
        return self._site.has(refused)

    def _fetch_link(self, method: str, url: str) -> Response:
        return self._fetch_once(
            "links", method, url, follow_redirects=True, expected_refusals=EXPECTED_REFUSALS
        )


def _next_on_site(response: Response) -> str | None:
    if response.is_redirect:
        with suppress(HttpError):
            target = ParsedUrl.parse(response.url).join(response.location)
            return target.url if same_site(target.host, host_of(response.url)) else None
    return None


def decoded(response: Response) -> Response:
    """Return a response to a request with `decode=False` with its body decoded."""
    body, is_complete = decode_body(
        response.body, response.headers.get("content-encoding"), limit=Limits().body
    )
    return replace(response, body=body, truncated=response.truncated or not is_complete)


def may_add_elements(script: Response) -> bool:
    """Return whether a script adds elements to its page, or cannot be read."""
    if script.is_redirect:
        return True  # the script is on a host that is not requested
    if script.status >= 400:
        return script.status in OUTAGE_STATUSES  # the URL may answer with a script later
    code = decoded(script)
    is_readable = not code.truncated and encodings_of(script.headers) <= READABLE_ENCODINGS
    return not is_readable or adds_elements(code.body.decode("utf-8", errors="replace"))
