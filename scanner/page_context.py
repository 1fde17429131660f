"""What the checks look at: fetched when a check needs it, once a run, within bounds.

Every fact but the first (the page itself) is fetched only after the page has answered as itself. So a site
that is down, has moved, or hides behind a login is noticed once, and no check passes for want of anything to
see.
"""

import secrets
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from krafter_audit.http.client import Client, Response
from scanner import preconditions
from scanner.browser_context import Browsing
from scanner.fetcher import MOST_SECONDS, NO_CACHE, RETRY_DELAYS, Budget, Memo
from scanner.page import Page
from scanner.page_identity import Identity
from scanner.parsing.page_references import same_origin_assets, same_origin_links
from scanner.parsing.robots_txt import Robots
from scanner.preconditions import CannotLook
from scanner.tls.context import TlsFacts

if TYPE_CHECKING:
    from scanner.browser import Browser

FOREIGN_ORIGIN = "https://krafter-audit.invalid"
BROWSER_ENCODINGS = {"Accept-Encoding": "gzip, deflate, br, zstd"}
MOST_ASSETS = 12
MOST_SECONDS_WITH_BROWSER = 180.0
MOST_LINKS = 50
# Links are by far the most requests; so many are left over for the other facts of a run.
KEPT_FROM_LINKS = 25


class Facts(TlsFacts):
    """The facts of one page, shared by its checks; safe to read from several threads.

    `before` is the identity that the page had when the fault was found (None: this is the first look);
    `verifying` says that there was such a look, even where its identity was not kept.
    `owned` says which hosts are proved to be the project's; None = none is.
    With a `browser` (`scanner.browser.Browser`) its checks are asked too, all in the thread that the browser belongs
    to; `browsing` holds what it sees.
    Every fact raises CannotLook when it cannot be had, and does so again for each check that asks.
    """

    def __init__(
        self,
        url: str,
        client: Client,
        *,
        retry_delays: Sequence[float] = RETRY_DELAYS,
        before: Identity | None = None,
        verifying: bool = False,
        budget: Budget | None = None,
        root: "Facts | None" = None,
        site: Memo | None = None,
        owned: preconditions.Owned | None = None,
        browser: "Browser | None" = None,
    ) -> None:
        seconds = MOST_SECONDS_WITH_BROWSER if browser else MOST_SECONDS
        super().__init__(client, retry_delays, budget or Budget(seconds=seconds), fresh=root is not None)
        self.url = url
        self.before = before
        self.verifying = verifying or before is not None
        self._root = root or self
        self._site = site or Memo()
        self.owned = owned
        self.browsing: Browsing = root.browsing.again(self) if root else Browsing(self, browser)
        if root:
            self._door = root._door

    @property
    def landing(self) -> Page:
        """What answers at the address, whatever its status; on the asked site and not a challenge."""
        return self.once("landing", self._land)

    @property
    def page(self) -> Page:
        """The page itself: found, on the asked site, no challenge, no login wall."""
        return self.once("arrival", self._arrive)

    @property
    def shut(self) -> int | None:
        """The status that says that the address shows nothing (403, 404 or 410); None where there is a page.

        Raises CannotLook where it may be us who are shut out: an address that the site cannot have must be missing.
        """
        status = self.landing.response.status
        if status not in preconditions.SHUT:
            return None
        nowhere = urljoin(self.landing.url, _nowhere())
        other = self.once("nowhere", lambda: self.ask("page", "GET", nowhere, follow_redirects=True)).status
        if other not in (404, 410):
            raise CannotLook(
                "blocked", f"The address answers with status {status}, and one without a page with {other}."
            )
        return status

    @property
    def document(self) -> Page:
        """The page as HTML that was read whole."""
        page = self.page
        if not page.response.body.strip():
            raise CannotLook("target_missing", "The page is empty.")
        if not page.is_html:
            raise CannotLook("target_missing", "The address does not answer with an HTML page.")
        preconditions.refuse_unread(page)
        return page

    def _land(self) -> Page:
        page = Page(self.ask("page", "GET", self.url, patient=True, follow_redirects=True))
        preconditions.refuse_offsite(self.url, page)
        preconditions.refuse_bottomless(page)
        preconditions.refuse_challenge(page)
        return page

    def _arrive(self) -> Page:
        page = self.landing
        preconditions.refuse_error_status(page)
        preconditions.refuse_logged_out(self.url, page, self.client.credentials)
        if self.verifying:
            preconditions.refuse_login_wall(self.url, page, self.before)
            preconditions.refuse_downgrade(self.url, page, self.before)
            preconditions.refuse_no_page(page, self.before)
            preconditions.refuse_another_page(page, self.before)
        return page

    def again(self, number: int) -> "Facts":
        """Return the facts of the `number`th further look: fetched anew, past every cache."""
        return self._root.once(f"look {number}", self._look_again)

    def _look_again(self) -> "Facts":
        return Facts(
            self.url,
            self.client,
            retry_delays=self.retry_delays,
            before=self.before,
            verifying=self.verifying,
            budget=self.budget,
            root=self,
            owned=self.owned,
        )

    def looks(self) -> list["Facts"]:
        """Return these facts and those of the further looks that were made."""
        return [self._root, *self._root.named("look ")]

    def neighbour(self, url: str) -> "Facts":
        """Return the facts of another page of the site: it shares robots.txt, static files and links."""
        other = Facts(
            url,
            self.client,
            retry_delays=self.retry_delays,
            site=self._site,
            owned=self.owned,
            browser=self.browsing.browser,
        )
        other._door = self._door
        other.browsing.keep_picture = self.browsing.keep_picture
        return other

    @property
    def http_chain(self) -> list[Response]:
        """The hops from the page's plain http:// address to its end. Raises CannotLook when none answers."""
        return self.once("http_chain", self._walk_http)

    def _walk_http(self) -> list[Response]:
        if urlsplit(self.url).scheme == "http":
            final = self.landing.response
            return [*final.history, final]
        parts = urlsplit(self.url)
        start = parts._replace(scheme="http", netloc=parts.hostname or "", fragment="").geturl()
        final = self.ask("http_chain", "GET", start, follow_redirects=True)
        return [*final.history, final]

    def probe(self, path: str) -> Response:
        """What the site answers to GET of a path of its own, without following redirects.

        A path that was not published is asked of a site alone that is proved to be the project's.
        """
        if not path.startswith(preconditions.PUBLISHED):
            self.require_ownership()
        return self.once(f"probe:{path}", lambda: self._beside(f"probe:{path}", "GET", path))

    def require_ownership(self) -> None:
        """Raise CannotLook unless the page's host is the project's: proved, or on a network of the operator's."""
        preconditions.refuse_unproved(self._root.page, self.client.policy, self.owned)

    @property
    def missing(self) -> Response:
        """What the site answers at an address that it cannot have; redirects followed."""
        return self.once("missing", lambda: self._beside("missing", "GET", _nowhere(), follow_redirects=True))

    @property
    def robots(self) -> Response:
        """What answers at /robots.txt, redirects followed, whatever its status."""
        self._root.page  # noqa: B018 - what a site shares says nothing while the page itself can't be had
        return self._site.once(
            "robots",
            lambda: self._beside("robots", "GET", "/robots.txt", patient=True, follow_redirects=True),
        )

    @property
    def sitemap(self) -> Response:
        """The first sitemap that robots.txt names, else /sitemap.xml, whatever its status."""
        return self.once("sitemap", self._fetch_sitemap)

    def _fetch_sitemap(self) -> Response:
        robots = self.robots
        named = Robots.parse(robots.text).sitemaps if robots.status == 200 else []
        return self._beside("sitemap", "GET", named[0] if named else "/sitemap.xml", follow_redirects=True)

    @property
    def cors(self) -> Response:
        """What the page answers to a preflight request that comes from a foreign origin."""
        headers = {"Origin": FOREIGN_ORIGIN, "Access-Control-Request-Method": "GET"}
        return self.once("cors", lambda: self._beside("cors", "OPTIONS", "", headers=headers))

    @property
    def encoded(self) -> Response:
        """The page as a browser that takes every compression gets it; the body is not decoded."""
        return self.once(
            "encoded", lambda: self._beside("encoded", "GET", "", headers=BROWSER_ENCODINGS, decode=False)
        )

    @property
    def assets(self) -> list[Response]:
        """The first 12 scripts, style sheets and images of the page's origin, as they go over the wire."""
        return self.once("assets", self._fetch_assets)

    def _fetch_assets(self) -> list[Response]:
        addresses = same_origin_assets(self._root.document)[:MOST_ASSETS]
        return [self._site.once(f"asset {url}", partial(self._fetch_asset, url)) for url in addresses]

    def _fetch_asset(self, url: str) -> Response:
        return self.ask("assets", "GET", url, headers=BROWSER_ENCODINGS, decode=False)

    @property
    def links(self) -> dict[str, int | None]:
        """The status of the first 50 links of the page's origin; None for one that did not answer."""
        return self.once("links", self._follow_links)

    def _follow_links(self) -> dict[str, int | None]:
        logged_in = self.client.credentials is not None
        addresses = same_origin_links(self._root.document, logged_in=logged_in)[:MOST_LINKS]
        allowed = max(0, self.budget.left() - KEPT_FROM_LINKS)
        site = self._site
        return {url: site.once(f"link {url}", partial(self._follow, url)) for url in addresses[:allowed]}

    def _follow(self, url: str) -> int | None:
        """Ask for a link by HEAD; an error is asked for once more by GET, since many servers refuse HEAD."""
        try:
            status = self._ask_once("links", "HEAD", url, follow_redirects=True).status
            if status < 400:
                return status
            return self._ask_once("links", "GET", url, follow_redirects=True).status
        except CannotLook:
            return None

    def first_byte_times(self, count: int) -> list[float]:
        """Milliseconds to the first byte of the page, `count` samples after one warm-up, each asked anew."""
        samples: list[float] = self.once("timings", self._warm_up)
        with self.lock("timings"):
            while len(samples) < count:
                samples.append(self._time_once())
            return samples[:count]

    def _warm_up(self) -> list[float]:
        self._time_once()
        return []

    def _time_once(self) -> float:
        response = self._beside("timings", "GET", "", headers=NO_CACHE)
        if not 200 <= response.status < 300:
            raise CannotLook("blocked", f"The page answered with status {response.status} while timed.")
        return response.ttfb_ms

    def _beside(self, fact: str, method: str, path: str, **options: Any) -> Response:
        """Ask for something of the same origin; an empty path is the page's final address."""
        page = self._root.page
        return self.ask(fact, method, urljoin(page.url, path) if path else page.url, **options)


def _nowhere() -> str:
    """Return a path that no site can have."""
    return f"/krafter-audit-{secrets.token_hex(8)}"
