"""The objects that the pages of a scan share in a worker: HTTP client, facts of the site, selection of checks."""

import time
from contextlib import ExitStack
from typing import TYPE_CHECKING

from findings import policy_rules
from scanner import crawler
from scanner.confirmation import CONFIRM_EVERYTHING
from scanner.crawler import Discovery
from scanner.page.context import PageContext
from scanner.preconditions import Inconclusive
from scans import screenshots
from scans.models import Scan, Scanner, ScanPage
from scans.worker import page_checks
from scans.worker.browser import worker_browser
from scans.worker.page_checks import CheckSelection, PageResults
from scans.worker.page_leases import MAX_ATTEMPTS
from scans.worker.shared_facts import SharedConfirmation, SharedFacts
from scans.worker.site_client import site_client

if TYPE_CHECKING:
    from scanner.browser.browser import Browser

TOO_MANY_ATTEMPTS = "The worker stopped several times while it checked this page."


class ScanSession:
    """A scan in a worker; create it outside of a transaction. Pages may be checked from several threads."""

    def __init__(self, scan: Scan, *, with_browser: bool) -> None:
        project = scan.project
        self._stack = ExitStack()
        config = policy_rules.config_of(project)
        client, verified = self._stack.enter_context(site_client(project, [scan.url], config))
        browser: Browser | None = (
            self._stack.enter_context(worker_browser(project.organization_id)) if with_browser else None
        )
        self.scan = scan
        self.pages_in_flight = 0
        self._confirmation = SharedConfirmation(scan.pk)
        self._selections: dict[str, CheckSelection] = {}
        self._root = PageContext(
            scan.url, client, owned_hosts=verified, browser=browser, site=SharedFacts(scan.pk)
        )
        self._root.rendered.save_screenshot = screenshots.screenshot_saver(project.pk)
        self._root.rendered.keep_cache = True
        # The links to these pages are requested by GET, and the pages then need no request of their own.
        self._root.planned = frozenset(
            ScanPage.objects.filter(part__scan=scan, part__scanner=Scanner.HTTP).values_list("url", flat=True)
        )
        self._start: PageContext | None = None
        self.may_use_browser = True

    def close(self) -> None:
        self._stack.close()

    def selection(self, page: ScanPage) -> CheckSelection:
        """Return the checks to run on a page; reads the policy once."""
        scanner = page.part.scanner
        if scanner not in self._selections:
            self._selections[scanner] = CheckSelection.for_scan(self.scan, scanner)
        selection = self._selections[scanner]
        return selection.only(set(page.recheck_keys)) if page.recheck_keys else selection

    def discover(self) -> Discovery:
        """Discover the pages of the site; none after too many attempts."""
        if self.scan.attempts > MAX_ATTEMPTS:
            return Discovery([])
        self._start = self._root.sibling(self.scan.url)
        found = crawler.discover(self._start, first=self.scan.first_pages)
        self._root.planned = self._start.planned = frozenset(found.pages)
        self.may_use_browser = self._is_owned(self._start)
        return found

    def _is_owned(self, start: PageContext) -> bool:
        try:
            start.page  # noqa: B018 - raises while the page is not available
        except Inconclusive:
            # Each visit checks the ownership again.
            return True
        try:
            start.require_ownership()
        except Inconclusive:
            return False
        return True

    def check(self, page: ScanPage, selection: CheckSelection) -> PageResults:
        """Run the checks on a page, unless workers were repeatedly killed with it."""
        is_start, part = page.position == 0, page.part
        if page.attempts > MAX_ATTEMPTS:
            return page_checks.inconclusive_results(
                selection, "not_available", TOO_MANY_ATTEMPTS, is_start=is_start
            )
        if not is_start:
            time.sleep(part.page_delay)
        context = self._context(page)
        context.rendered.keep_cache &= not page.recheck_keys
        # HTTP checks run in several threads; a browser belongs to one.
        in_browser = part.scanner != Scanner.HTTP and context.rendered.browser is not None
        run = page_checks.run_checks_in_browser if in_browser else page_checks.run_checks
        # A result that another page has put in doubt is repeated with every confirmation.
        confirmation = CONFIRM_EVERYTHING if page.recheck_keys else self._confirmation
        results = run(context, selection, is_start=is_start, confirmation=confirmation)
        if in_browser and part.scanner == Scanner.BROWSER:
            results.build = page_checks.build_of_page(context)
        # A start page that scripts turn into a login page is the start page of such a site.
        results.substitute = context.substitute(is_rendered=in_browser and not is_start)
        return results

    def _context(self, page: ScanPage) -> PageContext:
        # The start page was fetched by the discovery.
        start, self._start = self._start, None
        if start is not None and page.url == start.url and page.part.scanner == Scanner.HTTP:
            return start
        # The time budget of the page starts now.
        return self._root.sibling(page.url)
