"""Run a part of a scan, from where the previous worker stopped."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from typing import TYPE_CHECKING
from uuid import UUID

from django.utils import timezone

from krafter_audit.db import leases
from krafter_audit.http.client import Client
from krafter_audit.jobs import enqueue
from krafter_audit.shutdown import is_shutting_down
from scanner import crawler
from scanner.page_context import PageContext
from scans import screenshots
from scans.models import Scan, Scanner, ScanPage, ScanPart
from scans.site_credentials.services import credentials_for
from scans.sites import ownership
from scans.worker import finalization, host_throttle, page_checks, persistence
from scans.worker.browser import worker_browser
from scans.worker.page_checks import CheckSelection, PageResults

if TYPE_CHECKING:
    from scanner.browser.browser import Browser

LEASE_SECONDS = 30  # extended while the worker runs
MAX_ATTEMPTS = 3
# After these no further page is started: of all jobs of a part together, and of one job.
MAX_PART_SECONDS = {Scanner.HTTP: 600, Scanner.BROWSER: 900}
MAX_JOB_SECONDS = {Scanner.HTTP: 600, Scanner.BROWSER: 60}
GIVEN_UP = "The worker stopped several times while it checked this page."


def run_part(scan_id: UUID, scanner: Scanner = Scanner.HTTP, *, with_browser: bool = False) -> bool:
    """Check the remaining pages of a part and store the results; return whether some are left for the next job.

    Without a browser, the checks of a browser part are inconclusive. Running a finished part again changes nothing.
    """
    with lease_part(scan_id, scanner) as part, ExitStack() as stack:
        if part is None:
            return False
        client = stack.enter_context(host_throttle.client())
        browser = worker_browser(part.scan.project.organization_id) if with_browser else nullcontext()
        runner = PartRunner(part, client, stack.enter_context(browser))
        if not runner.run():
            return False
        if not runner.is_finished:
            return leases.write(part, lease_until=None, attempts=0)
        finalization.finish_part(part)
        return False


@contextmanager
def lease_part(scan_id: UUID, scanner: Scanner) -> Iterator[ScanPart | None]:
    """Lease a part while the block runs; None if another worker holds it, it is finished, or it does not exist."""
    pk = ScanPart.objects.filter(scan=scan_id, scanner=scanner).values_list("pk", flat=True).first()
    with leases.hold(ScanPart, pk, seconds=LEASE_SECONDS, finished_at__isnull=True) as part:
        if part:
            part.scan = Scan.objects.select_related("project").get(pk=scan_id)
            start_scan(part.scan)
        yield part


def start_scan(scan: Scan) -> None:
    """Set a queued scan to running."""
    rows = Scan.objects.filter(pk=scan.pk)
    Scan.transitions.update(rows, Scan.Status.QUEUED, Scan.Status.RUNNING, started_at=timezone.now())


class PartRunner:
    """Checks the pages of a part one after the other. `is_finished`: no page is left."""

    def __init__(self, part: ScanPart, client: Client, browser: "Browser | None" = None) -> None:
        project = part.scan.project
        client.credentials = credentials_for(project)
        verified = ownership.verified_hosts(project, [part.scan.url], client)
        self.part = part
        self.is_finished = False
        self._start = PageContext(part.scan.url, client, owned=verified, browser=browser)
        self._start.rendered.save_screenshot = screenshots.storing_for(project.pk)
        self._selection = CheckSelection.for_scan(part.scan, part.scanner)
        self._deadline = time.monotonic() + MAX_JOB_SECONDS[Scanner(part.scanner)]

    def run(self) -> bool:
        """Check pages until the time is over; False if the lease was lost meanwhile."""
        pages = list(self.part.pages.order_by("position")) or self._discover()
        if pages is None:
            return False
        spent_ms = sum(page.duration_ms or 0 for page in pages)
        for page in pages:
            if page.checked_at is not None or spent_ms >= MAX_PART_SECONDS[Scanner(self.part.scanner)] * 1000:
                continue
            if is_shutting_down() or time.monotonic() > self._deadline:
                return True
            results = self._check(page)
            spent_ms += results.duration_ms
            if not persistence.save_results(self.part, page, results):
                return False
            self.part.attempts = 0
        self.is_finished = True
        return True

    def _discover(self) -> list[ScanPage] | None:
        """Discover the pages and save them; empty after too many attempts, None if the lease was lost."""
        part = self.part
        if part.attempts > MAX_ATTEMPTS:
            return []
        found = crawler.discover(self._start)
        pages = [
            ScanPage(
                part=part,
                position=position,
                url=url,
                route=crawler.route_of(url),
                note=found.note if position == 0 else "",
            )
            for position, url in enumerate(found.pages)
        ]
        needs_browser = bool(CheckSelection.for_scan(part.scan, Scanner.BROWSER).keys)
        if not persistence.save_pages(part, pages, page_delay=found.delay, needs_browser=needs_browser):
            return None
        if needs_browser:
            enqueue("scans.run_scan_in_browser", str(part.scan_id))
        return pages

    def _check(self, page: ScanPage) -> PageResults:
        is_start = page.position == 0
        if self.part.attempts > MAX_ATTEMPTS:
            return page_checks.inconclusive_results(
                self._selection, "not_available", GIVEN_UP, is_start=is_start
            )
        if not is_start:
            time.sleep(self.part.page_delay)
        # Created page by page: the time budget of a page starts with its context.
        context = self._start if is_start else self._start.sibling(page.url)
        # HTTP checks run in several threads; a browser belongs to one.
        in_browser = self.part.scanner == Scanner.BROWSER
        run = page_checks.run_checks_in_browser if in_browser else page_checks.run_checks
        return run(context, self._selection, is_start=is_start)
