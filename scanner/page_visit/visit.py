"""Visit a page as a phone does: open it, wait until it is idle, and take a snapshot."""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from krafter_audit.http.client import HostThrottle, RequestCredentials, Response
from scanner.page_visit import axe, device_profile
from scanner.page_visit import screenshots as screenshot
from scanner.page_visit.document import MainDocument
from scanner.page_visit.isolated_world import IsolatedWorld, ScriptError
from scanner.page_visit.navigation_gate import NavigationGate
from scanner.page_visit.network_monitor import NetworkMonitor
from scanner.page_visit.request_auth import RequestAuth
from scanner.page_visit.scripts import ScriptCoverage, ScriptUsage
from scanner.preconditions import Inconclusive

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from scanner.browser.browser import Browser

IDLE_TIMEOUT = 12  # seconds
MAX_HOSTS = 20  # in the evidence
QUIET_SECONDS = 0.5  # without requests and long tasks
THROTTLED_QUIET_SECONDS = 2.0
PENDING_POLL_SECONDS = 0.05  # while a request is pending
# A page without scripts stays as it is after its load event, once it has been painted.
STATIC_QUIET_SECONDS = 0.1
_SCRIPTED = re.compile(
    rb"\x00|<(?:[\w-]+:)?script|\son[a-z]+\s*=|javascript:|http-equiv\s*=\s*[\"']?refresh|<(?:i?frame|object|embed)",
    re.IGNORECASE,
)


class Arrival(Protocol):
    """Judges the page of a visit before it has loaded. `require_…` raise Inconclusive to end the visit."""

    def may_request(self, url: str) -> bool:
        """Tell whether the browser may request a page there, the visit's own or the target of a redirect."""

    def require_allowed_redirects(self) -> None:
        """Raise why a redirect was not followed."""

    def require_response(self, head: Response) -> None:
        """Require that the response, which is without its body, is a success and comes from where it may come from."""

    def require_page(self, sent: Response | None) -> None:
        """Require that the response is the page; it is None where its body is not available."""


@dataclass(frozen=True)
class Vitals:
    """The metrics of one load: milliseconds, and for `cls` its score; `largest` is the element of the LCP.

    `lcp` is None where nothing counts as the largest contentful paint, as on a page of plain colours.
    """

    fcp: float
    lcp: float | None
    cls: float
    tbt: float
    largest: dict[str, Any]


@dataclass(frozen=True)
class PageSnapshot:
    """The result of a visit.

    `response` is the main document with the rendered DOM as its body; `transfer_size` is in bytes.
    `network` is `{reached: {host: address}, refused: [url]}`.
    `screenshots` are JPEGs, of the `screen` and by rule of the first violating element; none behind a login.
    `scripts` is None where they were not requested.
    `is_blank`: nothing was painted, or nothing is left of it; `vitals` is then None or says little.
    `resources` are the URLs of what the page has loaded, itself excluded.
    """

    response: Response
    vitals: Vitals | None
    elements: int
    is_blank: bool
    transfer_size: int
    requests: int
    axe: dict[str, axe.RuleResult]
    tools: dict[str, str]
    profile: dict[str, Any]
    network: dict[str, Any]
    screenshots: dict[str, bytes]
    scripts: list[ScriptUsage] | None
    resources: tuple[str, ...] = ()


def visit_page(
    browser: "Browser",
    url: str,
    *,
    throttled: bool = False,
    rules: Iterable[str] = (),
    credentials: RequestCredentials | None = None,
    screenshots: bool = False,
    scripts: bool = False,
    throttle: HostThrottle | None = None,
    arrival: Arrival | None = None,
) -> PageSnapshot:
    """Visit a URL and return a snapshot. Raises Inconclusive.

    A throttled visit is timed as on a slow phone and measures no sizes. `credentials` is sent to its origin alone.
    `throttle` counts the requests of the page.
    """
    visit = _PageVisit(
        browser, throttled=throttled, credentials=credentials, scripts=scripts, arrival=arrival
    )
    try:
        with (
            _as_inconclusive(),
            browser.page(
                url,
                prepare=visit.prepare,
                arrived=visit.arrive,
                throttle=throttle,
                **device_profile.CONTEXT_OPTIONS,
            ),
        ):
            return visit.snapshot(sorted(rules), screenshots=screenshots and credentials is None)
    except Inconclusive:
        if arrival and visit.is_refused:
            arrival.require_allowed_redirects()
        raise


@contextmanager
def _as_inconclusive() -> Iterator[None]:
    """Raise errors of the browser as Inconclusive."""
    from playwright.sync_api import Error  # imported here: it is large, and web processes do not need it

    try:
        yield
    except Inconclusive as error:
        # A page that timed out will time out again, and a person may be waiting.
        final = error.final or error.reason == "timeout"
        raise Inconclusive(error.reason, error.detail, tls=error.tls, final=final) from None
    except ScriptError as error:
        raise Inconclusive("not_available", f"The page cannot be evaluated: {error}") from None
    except Error as error:
        message = error.message.partition("\n")[0][:200]
        raise Inconclusive("not_available", f"The browser reported an error: {message}") from None


class _PageVisit:
    def __init__(
        self,
        browser: "Browser",
        *,
        throttled: bool,
        credentials: RequestCredentials | None,
        scripts: bool,
        arrival: Arrival | None,
    ) -> None:
        self._browser = browser
        self._throttled = throttled
        self._credentials = credentials
        self._with_scripts = scripts
        self._arrival = arrival
        self._is_static = False
        self._gate: NavigationGate | None = None

    @property
    def is_refused(self) -> bool:
        """Whether a redirect was not followed."""
        return self._gate is not None and self._gate.refused

    def prepare(self, page: "Page") -> None:
        """Set the page up, before the navigation."""
        self._page = page
        session = self._session = page.context.new_cdp_session(page)
        self._world = IsolatedWorld(session)
        self._world.prepare(_load_metrics())
        self._monitor = NetworkMonitor(page)
        device_profile.set_user_agent(session, self._browser.version)
        self._coverage = ScriptCoverage(session) if self._with_scripts else None
        if self._credentials:
            RequestAuth(session, self._credentials)
        if self._throttled:
            device_profile.throttle(session)  # an earlier visit has followed the redirects
        elif self._arrival:
            self._gate = NavigationGate(page, self._arrival.may_request)
        self._document = MainDocument(page)

    def arrive(self) -> None:
        """Judge the response before the page has loaded: an error page costs no further time."""
        if self._gate:
            self._gate.open()
        head = self._document.sent(address=self._address(), with_body=False)
        if head and self._arrival:
            self._arrival.require_response(head)
        if self._throttled:
            return  # reading the body could delay what is timed
        sent = self._document.sent(address=self._address(), with_body=True)
        self._is_static = sent is not None and _is_static(sent)
        if self._arrival:
            self._arrival.require_page(sent)

    def snapshot(self, rules: list[str], *, screenshots: bool) -> PageSnapshot:
        """Return the snapshot of the loaded page."""
        self._monitor.mark_loaded()
        if rules:
            self._inject_axe()
        self._wait_until_idle(self._quiet_seconds())
        report = self._world.evaluate("krafter.report()")
        if self._throttled:
            device_profile.stop_throttling(self._session)
        scripts = self._coverage.collect(self._monitor.body_sizes()) if self._coverage else None
        results = axe.run(self._world, rules)
        return PageSnapshot(
            response=self._document.rendered(address=self._address()),
            vitals=_vitals(report),
            elements=report["elements"],
            is_blank=report["fcp"] is None or report["blank"],
            transfer_size=0 if self._throttled else self._monitor.transfer_size(),
            requests=len(self._monitor.finished),
            axe=results,
            tools={"chromium": self._browser.version, **({"axe": axe.version()} if rules else {})},
            profile=device_profile.as_evidence(throttled=self._throttled),
            network=self._network(),
            screenshots=self._screenshots(results) if screenshots else {},
            scripts=scripts,
            resources=self._monitor.resources(),
        )

    def _inject_axe(self) -> None:
        """Load axe-core before the wait for the page, in which there is nothing else to do."""
        from playwright.sync_api import Error  # imported here: it is large, and web processes do not need it

        with suppress(Error, ScriptError):  # the page is navigating: it is loaded into the next one later
            axe.inject(self._world)

    def _quiet_seconds(self) -> float:
        if self._throttled:
            return THROTTLED_QUIET_SECONDS
        if self._is_static and not self._world.evaluate("document.getAnimations().length"):
            return min(STATIC_QUIET_SECONDS, QUIET_SECONDS)
        return QUIET_SECONDS

    def _screenshots(self, results: dict[str, axe.RuleResult]) -> dict[str, bytes]:
        """Take the screenshots; call this last, since it may scroll the page."""
        taken = {"screen": screenshot.of_viewport(self._session, self._world)}
        for rule, result in results.items():
            if result.violations:
                selector = result.violations[0]["target"]
                taken[rule] = screenshot.of_element(self._session, self._world, selector)
        return {name: image for name, image in taken.items() if image}

    def _address(self) -> str:
        visit = self._browser.visit
        return visit.address if visit and self._page.url.startswith("http") else ""

    def _network(self) -> dict[str, Any]:
        """Return the hosts that were reached with their addresses, and the URLs that were refused."""
        visit = self._browser.visit
        if visit is None:
            return {}
        reached = dict(list(visit.reached.items())[:MAX_HOSTS])
        return {"reached": reached, **({"refused": visit.refused[:MAX_HOSTS]} if visit.refused else {})}

    def _wait_until_idle(self, quiet: float) -> None:
        """Wait for `quiet` seconds without requests and long tasks. Raises Inconclusive after a timeout."""
        # Of a throttled request, the latency is a wait already.
        network_quiet = max(0.01, quiet - device_profile.LATENCY_MS / 1000) if self._throttled else quiet
        while self._monitor.since_load() < IDLE_TIMEOUT:
            left = network_quiet - self._monitor.quiet_for()
            if left > 0:
                # Events update the monitor meanwhile; the page itself is queried once the network is quiet.
                self._page.wait_for_timeout(max(PENDING_POLL_SECONDS, left) * 1000)
                continue
            since_task = self._since_long_task()
            if since_task >= quiet:
                return
            self._page.wait_for_timeout(max(0.01, quiet - since_task) * 1000)
        raise Inconclusive(
            "timeout", f"The page was not idle {IDLE_TIMEOUT} s after its load event.", final=True
        )

    def _since_long_task(self) -> float:
        return float(self._world.evaluate("krafter.sinceLongTask()")) / 1000


def _is_static(sent: Response) -> bool:
    """Tell whether the HTML has no script, no frame and no refresh, so that nothing changes it after it has loaded."""
    is_complete = "html" in (sent.headers.get("content-type") or "") and not sent.truncated
    return is_complete and "refresh" not in sent.headers and not _SCRIPTED.search(sent.body)


def _vitals(report: dict[str, Any]) -> Vitals | None:
    if report["fcp"] is None:
        return None
    largest = report["largest"] or {}
    lcp = largest.pop("time", None)
    return Vitals(fcp=report["fcp"], lcp=lcp, cls=report["cls"], tbt=report["tbt"], largest=largest)


@cache
def _load_metrics() -> str:
    return Path(__file__).with_name("load_metrics.js").read_text(encoding="utf-8")
