import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from findings.models import PAGE_ASSET_TYPES, Finding
from findings.observations import mappings
from findings.policy_rules import Config
from krafter_audit.http.client import Client
from scanner import engine
from scanner.evidence import original_identity
from scanner.fetcher import OUTAGE_REASONS, RETRY_DELAYS, Memo
from scanner.outcome import FAILED, Outcome
from scanner.page.context import PageContext
from scans import screenshots
from scans.sites.ownership import VerifiedHosts
from scans.worker.site_client import site_client

if TYPE_CHECKING:
    from scanner.browser.browser import Browser

OUTAGE = "outage"  # a fact of the site: a page was not available, after all retries


class FindingPage:
    """A page of a finding; all checks of the verification share its responses."""

    def __init__(
        self,
        url: str,
        client: Client,
        finding: Finding,
        verified_hosts: VerifiedHosts,
        browser: "Browser | None",
        site: Memo,
    ) -> None:
        self.url = url
        self._client = client
        self._finding = finding
        self._verified_hosts = verified_hosts
        self._browser = browser
        # Shared by all pages: robots.txt, the sitemap, static files and the status of links.
        self._site = site
        self._lock = threading.Lock()
        self._context: PageContext | None = None

    def stop(self) -> None:
        with self._lock:
            if self._context:
                self._context.budget.end()

    @property
    def _page_context(self) -> PageContext:
        with self._lock:  # its time budget starts with the first check
            self._context = self._context or self._create_context()
            return self._context

    def _create_context(self) -> PageContext:
        original = {key: original_outcome(self._finding, self.url, key) for key in self._finding.check_keys}
        context = PageContext(
            self.url,
            self._client,
            # The check cannot pass any more: an outage is waited for once, not on each of 25 pages.
            retry_delays=() if self._site.has(OUTAGE) else RETRY_DELAYS,
            original_identity=original_identity(original),
            is_verification=True,
            site=self._site,
            owned_hosts=self._verified_hosts,
            browser=self._browser,
        )
        context.rendered.save_screenshot = screenshots.screenshot_saver(self._finding.project_id)
        # One visit of the browser serves all checks, although they run one after the other.
        engine.plan_visit(context, self._finding.check_keys, original)
        return context

    def run_check(self, key: str, thresholds: Mapping[str, float]) -> Outcome:
        original = {key: original_outcome(self._finding, self.url, key)}
        outcomes = engine.run_checks(self._page_context, [key], thresholds=thresholds, before=original)
        outcome = dict(outcomes)[key]
        if outcome.reason in OUTAGE_REASONS:
            self._site.add(OUTAGE, fact=True)
        return outcome


@contextmanager
def open_pages(
    finding: Finding, urls: Sequence[str], browser: "Browser | None", config: Config
) -> Iterator[list[FindingPage]]:
    """Yield the pages; they share a client, and end with the block."""
    with site_client(finding.project, urls, config) as (client, verified):
        site = Memo()
        pages = [FindingPage(url, client, finding, verified, browser, site) for url in urls]
        try:
            yield pages
        finally:
            for page in pages:
                page.stop()


def page_urls(finding: Finding) -> list[str]:
    """Return the URLs of the finding's pages; the project's site if its assets name no page."""
    site = finding.project.site_url
    values = [asset["value"] for asset in finding.affected_assets if asset.get("type") in PAGE_ASSET_TYPES]
    # Invalid URLs stay in the list: their outcome must be inconclusive, and not be left out.
    return list(dict.fromkeys(_absolute(site, value) for value in values)) or [site]


def _absolute(site: str, value: str) -> str:
    try:
        return urljoin(site, value)
    except ValueError:
        return value


def original_outcome(finding: Finding, url: str, key: str) -> Outcome:
    """Return a check's outcome in the report of the finding; a bare failure if none was stored."""
    for page in mappings(finding.evidence.get("pages")):
        if page.get("url") == url and page.get("key", key) == key:
            return _outcome(page.get("outcome"))
    return Outcome(FAILED)


def _outcome(stored: Any) -> Outcome:
    # Evidence is free-form: another source may store something else under the same name.
    try:
        return Outcome.from_json(stored)
    except (AttributeError, TypeError, ValueError):
        return Outcome(FAILED)
