"""The rendered page: visits of a real browser, for the checks that need one.

    context = PageContext(url, client, browser=browser)     # a scanner.browser.Browser, or None
    context.rendered.axe_result("color-contrast")

The visit itself is the request of the page: its response must meet the page's preconditions before it has loaded, and
the rendered page must meet them too. Without a browser every fact raises Inconclusive (`not_available`). All of it must
run in the thread that owns the browser.
"""

import time
from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import replace
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

from krafter_audit.http.client import Client, HttpError, ParsedUrl, Response
from krafter_audit.http.dialing import Deadline, resolve_allowed
from krafter_audit.http.throttle_state import OVERLOAD_STATUSES
from krafter_audit.http.timestamps import parse_retry_after
from scanner import preconditions
from scanner.axe_keys import key_of
from scanner.browser import machine_lock
from scanner.fetcher import as_inconclusive
from scanner.outcome import PASSED, faulty_urls
from scanner.page import similarity
from scanner.page.identity import Identity, page_identity
from scanner.page.page import Page
from scanner.parsing.registrable_domain import host_of
from scanner.preconditions import Inconclusive

if TYPE_CHECKING:
    from scanner.browser.browser import Browser
    from scanner.outcome import Outcome
    from scanner.page_visit import PageSnapshot, Paints, Vitals
    from scanner.page_visit.axe import RuleResult
    from scanner.page_visit.scripts import ScriptUsage

MAX_SHRINK_FACTOR = 10  # a page with less than a tenth of its former elements is not judged
MAX_LOADS_SECONDS = 60.0  # after them, no further throttled load is started
DNS_TIMEOUT = 3.0
SCRIPTS_FACT = "scripts"
MEDIA_FACT = "media"  # a check that needs it is not judged while images, fonts, audio or video are missing
DOM_SIZE_CHECK = "dom_size"
AXE_RULE_PREFIX = "axe:"  # a check that needs "axe:label" runs axe-core's rule "label"


class VisitContext(Protocol):
    """The part of a `PageContext` that a rendered page needs."""

    url: str
    client: Client
    original_identity: Identity | None
    is_verification: bool
    owned_hosts: preconditions.OwnedHosts | None

    @property
    def page(self) -> Page: ...

    def use_response(self, response: Response) -> None: ...

    def require_ownership(self) -> None: ...

    def require_ownership_of(self, page: Page) -> None: ...

    def once[T](self, name: str, produce: Callable[[], T]) -> T: ...

    def with_retries[T](self, attempt: Callable[[], T]) -> T: ...


NO_BROWSER = "No browser is available: it is not installed, or no worker that has one is running."


def no_paint() -> Inconclusive:
    """Return the reason why the paints of a page cannot be judged."""
    return Inconclusive(
        "not_available",
        "The browser has reported no first paint of content, as of a page that an animation fades in.",
        final=True,
    )


class RenderedPage:
    def __init__(self, context: VisitContext, browser: "Browser | None") -> None:
        self.browser = browser
        self.no_browser = NO_BROWSER  # why no browser is used
        self.rules: set[str] = set()  # axe-core's rules for the first visit: all that were planned before it
        self.with_scripts = False  # whether visits record how much of each script runs
        self.keep_cache = False  # whether the first visit has the HTTP cache of the run's earlier pages
        self.earlier: dict[str, Outcome] = {}  # by key
        # Stores a JPEG and returns its SHA-256, None if that fails. Without this function no screenshot is taken.
        self.save_screenshot: Callable[[bytes], str | None] | None = None
        self._context = context
        self._first: RenderedPage | None = None  # the rendered page of the run that this run repeats
        self._visits: list[PageSnapshot] = []
        self._identity: Identity | None = None
        self._document: Page | None = None
        self._loads: list[PageSnapshot] = []  # with throttling
        self._paints: list[Paints] = []  # paints of throttled loads that ended early
        self._loads_started = 0.0

    def plan(self, needs: Set[str], earlier: Mapping[str, "Outcome"]) -> None:
        """Announce what will be needed, so that one visit serves all checks, and the earlier outcomes."""
        self.rules |= {
            need.removeprefix(AXE_RULE_PREFIX) for need in needs if need.startswith(AXE_RULE_PREFIX)
        }
        self.with_scripts |= SCRIPTS_FACT in needs
        self.earlier.update(earlier)

    def faulty_first(self, urls: list[str]) -> list[str]:
        """Return the URLs, those first on which a check failed before: of many only the first are requested."""
        faulty = set(chain(*(faulty_urls(outcome.evidence) for outcome in self.earlier.values())))
        return sorted(urls, key=lambda url: url not in faulty)

    def repeat(self, context: VisitContext) -> "RenderedPage":
        """Return the rendered page of a repetition, for which no screenshots are saved."""
        other = RenderedPage(context, self.browser)
        other.earlier, other.with_scripts, other._first = self.earlier, self.with_scripts, self
        return other

    def rules_to_repeat(self) -> set[str]:
        """Return the rules that are violated, and those that did not pass before."""
        if not self._visits:
            return self.rules
        violated = {rule for visit in self._visits for rule, result in visit.axe.items() if result.count}
        known = {rule: self.earlier.get(key_of(rule)) for rule in self.rules}
        # The others are not repeated: axe-core takes seconds for all rules on a large page.
        return violated | {rule for rule, before in known.items() if before and before.status != PASSED}

    def is_available(self) -> bool:
        """Return whether there is a browser that may visit the page."""
        if self.browser is None:
            return False
        try:
            self._context.once("may be visited", self._require_ownership)
        except Inconclusive as error:
            if error.reason != "not_available":
                raise  # the page itself is the reason, not the browser
            return False
        return True

    @property
    def document(self) -> Page:
        """The rendered page, complete, parsed once for all checks."""
        if self._document is None:
            page = Page(self.visits()[0].response)
            preconditions.require_complete_body(page)
            self._document = page
        return self._document

    def axe_result(self, rule: str) -> "RuleResult":
        self.rules.add(rule)
        visit = next((visit for visit in self._visits if visit.axe_error or rule in visit.axe), None)
        visit = visit or self.visits(len(self._visits) + 1)[-1]
        if rule not in visit.axe:
            raise Inconclusive("not_available", visit.axe_error)
        return visit.axe[rule]

    def scripts(self) -> list["ScriptUsage"]:
        """Return the scripts of the page, and how much of them ran while it loaded."""
        self.with_scripts = True
        for visit in self._visits:
            if visit.scripts is not None:
                return visit.scripts
        return self.visits(len(self._visits) + 1)[-1].scripts or []

    def visits(self, count: int = 1) -> list["PageSnapshot"]:
        """Return the first `count` visits without throttling."""
        while len(self._visits) < count:
            name = f"visit {len(self._visits)}"
            self._visits.append(self._context.once(name, partial(self._visit, throttled=False)))
        return self._visits[:count]

    def throttled_loads(self, count: int) -> list["Vitals"]:
        """Return the metrics of the first `count` loads on a slow phone."""
        while len(self._loads) < count:
            self._require_time_left()
            name = f"load {len(self._loads)}"
            self._loads.append(self._context.once(name, partial(self._visit, throttled=True)))
        return [load.vitals for load in self._loads[:count] if load.vitals]

    def first_paints(self, count: int) -> list[float]:
        """Return the First Contentful Paints of `count` loads on a slow phone, in ms.

        The first load is complete; the others end with the paint, unless other metrics have needed them too.
        """
        return [paint.fcp for paint in self._timed_paints(count, self._paints, self._time_first_paint)]

    def largest_paints(self, count: int) -> list[float | None]:
        """Return the Largest Contentful Paints of `count` loads on a slow phone, in ms.

        The first load is complete; the others end when the page is loaded and the same element has been painted,
        unless other metrics have needed them too.
        """
        known = [paint for paint in self._paints if paint.lcp is not None]
        return [paint.lcp for paint in self._timed_paints(count, known, self._time_largest_paint)]

    def _timed_paints(
        self, count: int, known: list["Paints"], time_paints: Callable[[], "Paints"]
    ) -> list["Paints"]:
        loads = self.throttled_loads(max(1, min(count, len(self._loads))))
        if self._loads[0].navigates_further:
            return [*self.throttled_loads(count)]
        paints = [*loads, *known]
        while len(paints) < count:
            self._require_time_left()
            paints.append(time_paints())
            self._paints.append(paints[-1])
        return paints[:count]

    def _require_time_left(self) -> None:
        self._loads_started = self._loads_started or time.monotonic()
        if time.monotonic() - self._loads_started > MAX_LOADS_SECONDS:
            raise Inconclusive(
                "timeout", "The page loads too slowly to be measured several times.", final=True
            )

    def as_evidence(self, *, throttled: bool) -> dict[str, Any]:
        """Return tools, profile and number of visits; empty when no such visit has succeeded."""
        visits = self._loads if throttled else self._visits
        if not visits:
            return {}
        tools = {name: version for visit in visits for name, version in visit.tools.items()}
        return {
            "method": "browser",
            "tools": tools,
            "profile": visits[-1].profile,
            "visits": len(visits) + (len(self._paints) if throttled else 0),
            "page_elements": visits[-1].elements,
            **visits[-1].network,
        }

    def save_screenshots(self, needs: Iterable[str]) -> dict[str, str | None]:
        """Save the screenshots for a check with these needs; return `{screen or rule: SHA-256, None if not saved}`."""
        wanted = {"screen", *(need.removeprefix(AXE_RULE_PREFIX) for need in needs)}
        screenshots = {
            name: image
            for visit in reversed(self._visits + self._loads)
            for name, image in visit.screenshots.items()
        }
        save = self.save_screenshot
        return {name: save(screenshots[name]) for name in sorted(wanted & screenshots.keys())} if save else {}

    def identity(self) -> Identity | None:
        """Return the identity of the rendered page; None when no visit has succeeded."""
        if (self._visits or self._loads) and self._identity is None:  # computed once for all checks
            missing = similarity.hashes_to_hex({_path_hash(url) for url in self._missing(with_media=True)})
            self._identity = replace(page_identity(self.visited_page()), missing=missing)
        return self._identity

    def visited_page(self) -> Page:
        """Return the rendered page of the first visit that has succeeded. Raises Inconclusive without one."""
        visits = self._visits or self._loads
        if not visits:
            raise Inconclusive("not_available", "No browser has visited the page.")
        return Page(visits[0].response)

    def require_files(self, *, except_for: str, with_media: bool) -> None:
        """Raise when files or data of the site are missing that were there when the finding was made.

        `except_for` has the hashes of those that were not (`Identity.missing`).
        """
        known = similarity.hashes_from_hex(except_for)
        for url, problem in self._missing(with_media=with_media).items():
            if _path_hash(url) not in known:
                raise Inconclusive("blocked", f"{url[:200]}, which the page requests, {problem}.")

    def _missing(self, *, with_media: bool) -> dict[str, str]:
        # The problems by URL.
        visits = self._visits + self._loads
        found = [visit.missing for visit in visits] + [visit.missing_media for visit in visits if with_media]
        return dict(chain(*(missing.items() for missing in found)))

    def _visit(self, *, throttled: bool, largest: dict[str, Any] | None = None) -> "PageSnapshot":
        # Imported here: Playwright is large, and processes without a browser never need it.
        from scanner.page_visit import visit_page

        rules = set() if throttled else self.rules | (self._first.rules_to_repeat() if self._first else set())
        snapshot = self._in_browser(
            visit_page,
            throttled=throttled,
            rules=rules,
            screenshots=bool(self.save_screenshot) and not (throttled and (self._visits or self._loads)),
            scripts=self.with_scripts and not throttled,
            # A repetition finds what an outdated or broken response in the cache has caused.
            keep_cache=self.keep_cache and not throttled and not self._visits,
            largest=largest,
        )
        self._require_preconditions(Page(snapshot.response))
        self._require_elements(snapshot)
        if throttled and snapshot.is_frameset:
            raise preconditions.content_in_frames()  # a frameset paints nothing itself
        if throttled and snapshot.vitals is None:
            raise no_paint()
        return snapshot

    def _time_largest_paint(self) -> "Paints":
        load = self._visit(throttled=True, largest=self.throttled_loads(1)[0].largest)
        assert load.vitals  # a failed visit has raised
        return load.vitals

    def _time_first_paint(self) -> "Paints":
        from scanner.page_visit import time_first_paint  # imported here as above

        return self._in_browser(time_first_paint, throttled=True)

    def _in_browser[T](self, open_page: Callable[..., T], *, throttled: bool, **options: Any) -> T:
        browser, context = self.browser, self._context
        if browser is None:
            raise Inconclusive("not_available", self.no_browser)
        context.once("may be visited", self._require_ownership)

        def attempt() -> T:
            self._wait_for_slot()
            with machine_lock.lab_slot() if throttled else machine_lock.visit_slot():
                return open_page(
                    browser,
                    context.url,
                    throttled=throttled,
                    credentials=context.client.credentials,
                    throttle=context.client.throttle,
                    requirements=self,
                    **options,
                )

        return context.with_retries(attempt)

    def _wait_for_slot(self) -> None:
        try:
            # For the first request of the visit, before its time begins.
            with self._context.client.throttle.slot(ParsedUrl.parse(self._context.url)):
                pass
        except HttpError as error:
            raise as_inconclusive(error) from None

    def _require_ownership(self) -> None:
        """Raise unless a browser may run the page's scripts: only on verified sites."""
        if not self._is_owned(self._context.url):
            # A URL on another host may redirect to a verified one, which a plain request finds out.
            self._context.page  # noqa: B018 - raises where the page's preconditions do not hold
            self._context.require_ownership()

    def _is_owned(self, url: str) -> bool:
        policy, owned_hosts = self._context.client.policy, self._context.owned_hosts
        try:
            parsed = ParsedUrl.parse(url)
            if owned_hosts and owned_hosts.covers(parsed.host):
                return True
            deadline = Deadline(DNS_TIMEOUT, f"The DNS lookup of {parsed.host}")
            addresses = resolve_allowed(parsed.host, parsed.port, policy, deadline) if policy.allowed else []
        except HttpError:
            return False  # the plain request says why
        return bool(addresses) and all(policy.is_allowed(address, parsed.port) for address in addresses)

    def may_request(self, url: str) -> bool:
        """Return whether the browser may request a page at the URL."""
        # The host of the visited page was checked before.
        return host_of(url) == host_of(self._context.url) or self._is_owned(url)

    def require_allowed_redirects(self) -> None:
        """Raise why a redirect was not followed, which a plain request finds out."""
        self.require_page(None)
        self._context.require_ownership()
        raise Inconclusive("not_available", "The URL redirects by way of a host that is not verified.")

    def require_response(self, head: Response) -> None:
        """Require that redirects have not led to another site or an unverified host, and that there is no error."""
        page = Page(head)
        preconditions.require_same_site(self._context.url, page)
        self._context.require_ownership_of(page)
        try:
            preconditions.require_success_status(page)
        except Inconclusive:
            self._back_off(head)
            # The plain request waits for the end of an outage, and reads why. Reading it here would wait for scripts.
            self.require_page(None)
            raise

    def require_page(self, sent: Response | None) -> None:
        """Require that the response is the page, or request it where there is none."""
        try:
            if sent is None:
                self._context.page  # noqa: B018 - raises where the page's preconditions do not hold
            else:
                self._context.use_response(sent)
        except Inconclusive as error:  # a further visit would have the same result
            raise Inconclusive(error.reason, error.detail, tls=error.tls, final=True) from None

    def _back_off(self, head: Response) -> None:
        seconds = parse_retry_after(head.headers.get("retry-after"))
        if seconds > 0 and head.status in OVERLOAD_STATUSES:
            self._context.client.throttle.back_off(ParsedUrl.parse(head.url), seconds)

    def _require_elements(self, snapshot: "PageSnapshot") -> None:
        # Nearly empty, as after a script error, the page cannot have the faults of its content.
        if snapshot.is_blank:
            raise Inconclusive("target_missing", "The rendered page is blank.")
        # The fix of a page with too many elements may be a tenth of them, as of a list that has pages now.
        earlier = [outcome for key, outcome in self.earlier.items() if key != DOM_SIZE_CHECK]
        counts = [outcome.evidence.get("page_elements") for outcome in earlier]
        before = max((count for count in counts if isinstance(count, int)), default=0)
        if snapshot.elements * MAX_SHRINK_FACTOR < before:
            raise Inconclusive(
                "target_missing",
                f"The page has {snapshot.elements} elements; it had {before} when the finding was made.",
            )

    def _require_preconditions(self, page: Page) -> None:
        url = self._context.url
        preconditions.require_same_site(url, page)
        preconditions.require_parseable(page)
        preconditions.require_no_challenge(page)
        preconditions.require_success_status(page)
        preconditions.require_html(page)  # a browser shows its own document for other types
        preconditions.require_well_formed(page)
        preconditions.require_logged_in(url, page, self._context.client.credentials)
        if self._context.is_verification:
            original = self._context.original_identity
            rendered = original.as_rendered() if original else None
            preconditions.require_no_login_wall(url, page, rendered)
            preconditions.require_no_downgrade(url, page, original)
            preconditions.require_content(page, rendered)
            preconditions.require_same_page(page, rendered)


def _path_hash(url: str) -> bytes:
    # A query differs each time, and the host may have been changed.
    return similarity.hash_of(urlsplit(url).path)
