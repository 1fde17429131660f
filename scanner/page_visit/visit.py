"""Visit a page as a phone does: open it, wait until it is idle, and take a snapshot."""

import logging
import re
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Protocol

from playwright.sync_api import Error, Page

from krafter_audit.http.client import HostThrottle, RequestCredentials, Response
from scanner.browser.browser import Browser
from scanner.page.page import Page as DocumentPage
from scanner.page_visit import axe, device_profile
from scanner.page_visit import screenshots as screenshot
from scanner.page_visit.document import MainDocument
from scanner.page_visit.isolated_world import IsolatedWorld, ScriptError
from scanner.page_visit.navigation_gate import NavigationGate
from scanner.page_visit.network_monitor import NetworkMonitor, PendingMedia
from scanner.page_visit.request_auth import RequestAuth
from scanner.page_visit.scripts import ScriptCoverage, ScriptUsage
from scanner.parsing import csp_policy
from scanner.parsing.registrable_domain import host_of
from scanner.preconditions import Inconclusive

logger = logging.getLogger(__name__)

IDLE_TIMEOUT = 12  # seconds
FIRST_PAINT_TIMEOUT = 30  # seconds, of a throttled load
MAX_HOSTS = 20  # in the evidence
# On a busy machine the first paint may come after the page is idle. Content outside the screen is never painted.
MAX_PAINT_WAIT = 10.0  # seconds after the load event
QUIET_SECONDS = 0.5  # without requests and long tasks
THROTTLED_QUIET_SECONDS = 2.0  # four times as long, as the CPU is four times as slow
PENDING_POLL_SECONDS = 0.05  # while a request or the first paint is pending
LARGEST_POLL_SECONDS = 0.1  # each query takes time from the page
MAX_LARGEST_WAIT = 1.0  # seconds after the load event
# A page without scripts stays as it is after its load event, once it has been painted.
STATIC_QUIET_SECONDS = 0.1
NAVIGATED = "The page navigated to another one while it was tested."
# Playwright and Chromium have no class for these errors: only the messages say so.
_NAVIGATED = re.compile(
    "another navigation|because of a navigation|page is navigating|target navigated|page has navigated"
    "|Cannot find context|No frame with given id|Frame was detached",
    re.IGNORECASE,
)
_SCRIPTED = re.compile(
    rb"\x00|<(?:[\w-]+:)?script|[\s/\"']on[a-z]+\s*=|javascript:|http-equiv\s*=\s*[\"']?refresh|<(?:i?frame|object|embed)",
    re.IGNORECASE,
)


class PageRequirements(Protocol):
    """Judges the page of a visit before it has loaded. `require_…` raise Inconclusive to end the visit."""

    def may_request(self, url: str) -> bool:
        """Return whether the browser may request a page there, the visit's own or the target of a redirect."""

    def require_allowed_redirects(self) -> None:
        """Raise why a redirect was not followed."""

    def require_response(self, head: Response) -> None:
        """Require that the response, which is without its body, is a success of the expected site."""

    def require_page(self, sent: Response | None) -> None:
        """Require that the response is the page; it is None where its body is not available."""


@dataclass(frozen=True)
class Paints:
    """The paint metrics of one load, in milliseconds."""

    fcp: float
    # None without a largest contentful paint, as on a page of plain colours.
    lcp: float | None


@dataclass(frozen=True)
class Vitals(Paints):
    """The metrics of one complete load, in milliseconds."""

    cls: float  # the score
    tbt: float
    largest: dict[str, Any]  # the element of the LCP


@dataclass(frozen=True)
class PageSnapshot:
    response: Response  # the main document, with the rendered DOM as its body
    vitals: Vitals | None  # None where the browser has reported no paint of content
    elements: int
    is_blank: bool  # nothing is shown on the screen; a frameset shows nothing itself
    transfer_size: int  # bytes
    requests: int
    axe: dict[str, axe.RuleResult]
    tools: dict[str, str]
    profile: dict[str, Any]
    network: dict[str, Any]  # `{reached: {host: address}, refused: [url], from_cache: number of responses}`
    screenshots: dict[str, bytes]  # JPEGs: of the `screen`, and by rule of the first violating element
    scripts: list[ScriptUsage] | None  # None where scripts were not requested
    resources: tuple[str, ...] = ()  # URLs that the page has loaded
    # `{URL: status or error}` of the site's own files, without which the page is lighter.
    unavailable_media: Mapping[str, str] = field(default_factory=dict)
    # `{URL: status or error}` of files and of scripts' data that may have been missing when a finding was made.
    missing: Mapping[str, str] = field(default_factory=dict)
    missing_media: Mapping[str, str] = field(default_factory=dict)
    axe_error: str = ""  # why results of axe-core are missing
    is_frameset: bool = False
    # A frameset, or a page that shows nothing else, has frames that axe-core cannot test, as of another origin.
    has_foreign_frames: bool = False

    @property
    def navigates_further(self) -> bool:
        """Whether the page has replaced itself, as by a script, after redirects of its server."""
        return any(response.status < 300 for response in self.response.history)


def visit_page(
    browser: Browser,
    url: str,
    *,
    throttled: bool = False,
    rules: Iterable[str] = (),
    credentials: RequestCredentials | None = None,
    screenshots: bool = False,
    scripts: bool = False,
    keep_cache: bool = False,
    largest: Mapping[str, Any] | None = None,
    throttle: HostThrottle | None = None,
    requirements: PageRequirements | None = None,
) -> PageSnapshot:
    """Visit a URL and return a snapshot. Raises Inconclusive.

    A throttled visit is timed as on a slow phone and measures no sizes. With `largest`, the element of another load's
    LCP, it ends once it is loaded and has painted this element: then of its metrics only the paints are complete.
    `keep_cache`: see `Browser.page`.
    """
    visit = _PageVisit(
        browser,
        throttled=throttled,
        credentials=credentials,
        scripts=scripts,
        keep_cache=keep_cache,
        requirements=requirements,
    )
    with visit.opened(url, throttle):
        # A page behind a login may show personal data, which no screenshot may contain.
        return visit.snapshot(sorted(rules), screenshots=screenshots and credentials is None, largest=largest)


def time_first_paint(
    browser: Browser,
    url: str,
    *,
    throttled: bool = True,
    credentials: RequestCredentials | None = None,
    throttle: HostThrottle | None = None,
    requirements: PageRequirements | None = None,
) -> Paints:
    """Return the First Contentful Paint of a load, and end the load with it. Raises Inconclusive."""
    visit = _PageVisit(
        browser, throttled=throttled, credentials=credentials, paint_only=True, requirements=requirements
    )
    with visit.opened(url, throttle):
        return visit.time_first_paint()


@contextmanager
def _as_inconclusive() -> Iterator[None]:
    try:
        yield
    except Inconclusive as error:
        # A page that timed out will time out again, and a person may be waiting.
        final = error.final or error.reason == "timeout"
        raise Inconclusive(error.reason, error.detail, tls=error.tls, final=final) from None
    except (Error, ScriptError) as error:
        raise Inconclusive("not_available", _failure(str(error))) from None


def _failure(message: str) -> str:
    if _NAVIGATED.search(message):
        return NAVIGATED
    # For developers: the message is about Playwright's or axe-core's code.
    logger.warning("the browser failed to test a page: %s", message.partition("\n")[0][:200])
    return "The browser failed to test the page."


class _PageVisit:
    def __init__(
        self,
        browser: Browser,
        *,
        throttled: bool,
        credentials: RequestCredentials | None,
        requirements: PageRequirements | None,
        scripts: bool = False,
        keep_cache: bool = False,
        paint_only: bool = False,
    ) -> None:
        self._browser = browser
        self._throttled = throttled
        self._credentials = credentials
        self._with_scripts = scripts
        self._keep_cache = keep_cache
        self._paint_only = paint_only  # the visit ends with the first paint
        self._requirements = requirements
        self._is_static = False
        self._gate: NavigationGate | None = None
        self._has_painted = False

    @contextmanager
    def opened(self, url: str, throttle: HostThrottle | None) -> Iterator[None]:
        try:
            with (
                _as_inconclusive(),
                self._browser.page(
                    url,
                    prepare=self._prepare,
                    on_response=self._on_response,
                    throttle=throttle,
                    until_loaded=not self._paint_only,
                    keep_cache=self._keep_cache,
                    **device_profile.CONTEXT_OPTIONS,
                ),
            ):
                yield
        except Inconclusive:
            if self._requirements and self._gate and self._gate.refused:
                self._requirements.require_allowed_redirects()
            raise

    def _prepare(self, page: Page) -> None:
        visit = self._browser.visit
        assert visit
        self._page, self._visit = page, visit
        session = self._session = page.context.new_cdp_session(page)
        self._world = IsolatedWorld(session)
        self._world.prepare(_load_metrics())
        self._monitor = NetworkMonitor(page, visit.cached, None if self._throttled else PendingMedia(session))
        device_profile.set_user_agent(session, self._browser.version)
        self._coverage = ScriptCoverage(session) if self._with_scripts else None
        if self._credentials:
            RequestAuth(session, self._credentials)
        if self._throttled:
            device_profile.throttle(session)
        if self._requirements:
            self._gate = NavigationGate(page, self._requirements.may_request)
        self._document = MainDocument(page)
        if self._paint_only:
            self._watch_paint()

    def _watch_paint(self) -> None:
        main_frame = self._world.frames()[0]

        def on_event(event: dict[str, Any]) -> None:
            if event["frameId"] == main_frame and event["name"] in ("init", "firstContentfulPaint"):
                self._has_painted = event["name"] != "init"

        # An event reports the paint: a query would take time from the page.
        self._session.on("Page.lifecycleEvent", on_event)
        self._session.send("Page.setLifecycleEventsEnabled", {"enabled": True})

    def _on_response(self) -> None:
        if self._gate:
            self._gate.open()
        # An error page ends the visit here and costs no further time.
        head = self._document.sent(address=self._address(), with_body=False)
        if head and self._requirements:
            self._requirements.require_response(head)
        if self._throttled:
            return  # reading the body now could delay what is timed
        self._require_page()

    def _require_page(self) -> None:
        sent = self._document.sent(address=self._address(), with_body=True)
        self._is_static = sent is not None and _is_static(sent)
        if self._requirements:
            self._requirements.require_page(sent)

    def time_first_paint(self) -> Paints:
        deadline = time.monotonic() + FIRST_PAINT_TIMEOUT
        while time.monotonic() < deadline:
            paint = self._world.evaluate("krafter.firstPaint()") if self._has_painted else None
            if paint is not None:
                return Paints(float(paint), None)
            self._wait(PENDING_POLL_SECONDS)
        raise Inconclusive("timeout", f"Nothing was painted within {FIRST_PAINT_TIMEOUT} s.", final=True)

    def snapshot(
        self, rules: list[str], *, screenshots: bool, largest: Mapping[str, Any] | None
    ) -> PageSnapshot:
        self._monitor.mark_loaded()
        if rules:
            # Before the wait for an idle page, in which nothing else happens.
            self._inject_axe()
        if largest is None or not self._is_painted(largest):
            self._wait_until_idle(self._quiet_seconds())
        self._require_resources()
        report = self._world.evaluate("krafter.report()")
        if self._throttled:
            device_profile.stop_throttling(self._session)
            self._require_page()
        scripts = self._coverage.collect(self._monitor) if self._coverage else None
        rendered = self._document.rendered(dom=self._world.evaluate(_shadow_roots()), address=self._address())
        results, axe_error = self._run_axe(rules, rendered, report["elements"])
        self._require_same_document(report["origin"])
        return PageSnapshot(
            response=rendered,
            vitals=_vitals(report),
            elements=report["elements"],
            is_blank=not report["frameset"] and report["blank"],
            is_frameset=report["frameset"],
            has_foreign_frames=report["foreignFrames"],
            transfer_size=0 if self._throttled else self._monitor.transfer_size(),
            requests=len(self._monitor.finished),
            axe=results,
            axe_error=axe_error,
            tools={"chromium": self._browser.version, **({"axe": axe.version()} if rules else {})},
            profile=device_profile.as_evidence(throttled=self._throttled),
            network=self._network(),
            # Screenshots are taken last: they may scroll the page.
            screenshots=self._screenshots(results, report["elements"]) if screenshots else {},
            scripts=scripts,
            resources=self._monitor.resources(),
            unavailable_media=self._monitor.unavailable_media,
            missing=self._monitor.missing,
            missing_media=self._monitor.missing_media,
        )

    def _run_axe(
        self, rules: list[str], rendered: Response, elements: int
    ) -> tuple[dict[str, axe.RuleResult], str]:
        if obstacle := _axe_obstacle(rendered, elements):
            return {}, obstacle
        if rules and axe.cannot_see_forms(self._world):
            names = " or ".join(axe.HIDING_NAMES)
            return {}, f"A form has a control with the name {names}, which hides the form from axe-core."
        results = axe.run(self._world, rules, elements=elements, wait=self._wait)
        is_complete = len(results) == len(rules)
        return results, "" if is_complete else f"axe-core did not finish within {axe.MAX_SECONDS:g} s."

    def _require_same_document(self, origin: float) -> None:
        # After a navigation, some of the results would be of the next page.
        if self._world.evaluate("performance.timeOrigin") != origin:
            raise Inconclusive("not_available", NAVIGATED)
        # The metrics begin with the last document: the time of the first one, which visitors wait for, is lost.
        if self._throttled and self._document.is_replaced(origin):
            raise Inconclusive("not_available", "The page replaces itself while it is timed.", final=True)

    def _wait(self, seconds: float) -> None:
        self._page.wait_for_timeout(seconds * 1000)

    def _inject_axe(self) -> None:
        with suppress(Error, ScriptError):  # while the page navigates; the next page gets axe-core later
            axe.inject(self._world)

    def _require_resources(self) -> None:
        needed = self._monitor.unavailable | (self._monitor.unavailable_media if self._throttled else {})
        for url, problem in needed.items():
            if host_of(url) not in self._visit.missing_hosts:
                raise Inconclusive("blocked", f"{url[:200]}, which the page needs, {problem}.")

    def _quiet_seconds(self) -> float:
        if self._throttled:
            return THROTTLED_QUIET_SECONDS
        if self._is_static and not self._world.evaluate("document.getAnimations().length"):
            return min(STATIC_QUIET_SECONDS, QUIET_SECONDS)
        return QUIET_SECONDS

    def _screenshots(self, results: dict[str, axe.RuleResult], elements: int) -> dict[str, bytes]:
        # A screenshot of a large page takes as long as a visit may.
        if _is_large(elements):
            return {}
        taken = {"screen": screenshot.of_viewport(self._session, self._world)}
        for rule, result in results.items():
            if result.violations:
                selector = result.violations[0]["target"]
                taken[rule] = screenshot.of_element(self._session, self._world, selector)
        return {name: image for name, image in taken.items() if image}

    def _address(self) -> str:
        return self._visit.address if self._page.url.startswith("http") else ""

    def _network(self) -> dict[str, Any]:
        reached = dict(list(self._visit.reached.items())[:MAX_HOSTS])
        network: dict[str, Any] = {"reached": reached}
        if self._visit.refused:
            network["refused"] = self._visit.refused[:MAX_HOSTS]
        if self._monitor.from_cache:
            network["from_cache"] = self._monitor.from_cache
        return network

    def _wait_until_idle(self, quiet: float) -> None:
        # The latency of a throttled request is already a part of the wait.
        network_quiet = max(0.01, quiet - device_profile.LATENCY_MS / 1000) if self._throttled else quiet
        while self._monitor.since_load() < IDLE_TIMEOUT:
            left = network_quiet - self._monitor.quiet_for()
            if left > 0:
                # Events update the monitor meanwhile; the page itself is queried once the network is quiet.
                self._wait(max(PENDING_POLL_SECONDS, left))
                continue
            since_task = self._since_long_task()
            if since_task >= quiet and not self._awaits_paint():
                return
            self._wait(max(PENDING_POLL_SECONDS, quiet - since_task))
        raise Inconclusive(
            "timeout", f"The page was not idle {IDLE_TIMEOUT} s after its load event.", final=True
        )

    def _is_painted(self, largest: Mapping[str, Any]) -> bool:
        """Wait for the paint of an element; return False if it is not the largest one within `MAX_LARGEST_WAIT`."""
        while self._monitor.since_load() < MAX_LARGEST_WAIT:
            painted = self._world.evaluate("krafter.largest()") or {}
            if {**painted, "time": None} == {**largest, "time": None} and self._monitor.quiet_for() > 0:
                return True
            self._wait(LARGEST_POLL_SECONDS)
        return False

    def _awaits_paint(self) -> bool:
        may_wait = self._monitor.since_load() < MAX_PAINT_WAIT
        return may_wait and bool(self._world.evaluate("krafter.awaitsPaint()"))

    def _since_long_task(self) -> float:
        return float(self._world.evaluate("krafter.sinceLongTask()")) / 1000


def _is_static(sent: Response) -> bool:
    is_complete = "html" in sent.content_type and not sent.truncated
    return is_complete and "refresh" not in sent.headers and not _SCRIPTED.search(sent.body)


def _is_large(elements: int) -> bool:
    return elements > axe.MAX_PAGE_ELEMENTS


def _axe_obstacle(rendered: Response, elements: int) -> str:
    """Return why axe-core would not finish its tests of a page in the time of a visit; empty where it would."""
    if _is_large(elements):
        return f"The page has {elements} elements; axe-core tests pages of at most {axe.MAX_PAGE_ELEMENTS}."
    if csp_policy.disables_scripts(DocumentPage(rendered)):
        return "The Content-Security-Policy disables scripts (sandbox), without which axe-core cannot run."
    return ""


def _vitals(report: dict[str, Any]) -> Vitals | None:
    if report["fcp"] is None:
        return None
    largest = report["largest"] or {}
    lcp = largest.pop("time", None)
    return Vitals(fcp=report["fcp"], lcp=lcp, cls=report["cls"], tbt=report["tbt"], largest=largest)


@cache
def _load_metrics() -> str:
    return Path(__file__).with_name("load_metrics.js").read_text(encoding="utf-8")


@cache
def _shadow_roots() -> str:
    return Path(__file__).with_name("shadow_roots.js").read_text(encoding="utf-8")
