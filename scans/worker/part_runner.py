"""A worker takes a part of a scan and goes on where the one before it has stopped."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
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
from scans.worker.browser import own_browser
from scans.worker.page_checks import Asking, Sight

if TYPE_CHECKING:
    from scanner.browser.browser import Browser

LEASE = 30  # seconds; kept alive while the look goes on
MOST_ATTEMPTS = 3
# Seconds of looking after which no further page is begun: of a scan, and of one job, whose time has an end as well.
MOST_SECONDS = {Scanner.HTTP: 600, Scanner.BROWSER: 900}
MOST_SECONDS_OF_A_JOB = {Scanner.HTTP: 600, Scanner.BROWSER: 60}
GIVEN_UP = "The worker ended while it looked at this page, several times."


def carry_out(scan_id: UUID, scanner: Scanner = Scanner.HTTP, *, browsing: bool = False) -> bool:
    """Look at the pages that are left and write down what is found; say whether some are left for the next job.

    Without `browsing` the browser's part is answered as far as it can be without one. Delivered twice, it works once.
    """
    with taken(scan_id, scanner) as part, ExitStack() as held:
        if part is None:
            return False
        client = held.enter_context(host_throttle.client())
        walk = Walk(part, client, held.enter_context(own_browser()) if browsing else None)
        if not walk.goes_on():
            return False
        if not walk.is_over:
            return leases.write(part, lease_until=None, attempts=0)
        finalization.close(part)
        return False


@contextmanager
def taken(scan_id: UUID, scanner: Scanner) -> Iterator[ScanPart | None]:
    """Hold the part of a scan while the block runs; None when it is held, done or gone."""
    pk = ScanPart.objects.filter(scan=scan_id, scanner=scanner).values_list("pk", flat=True).first()
    with leases.taken(ScanPart, pk, seconds=LEASE, finished_at__isnull=True) as part:
        if part:
            part.scan = Scan.objects.select_related("project").get(pk=scan_id)
            begin(part.scan)
        yield part


def begin(scan: Scan) -> None:
    """Set a queued scan to running."""
    rows = Scan.objects.filter(pk=scan.pk)
    Scan.transitions.update(rows, Scan.Status.QUEUED, Scan.Status.RUNNING, started_at=timezone.now())


class Walk:
    """One worker's walk over the pages of a part. `is_over` says that nothing is left to be looked at."""

    def __init__(self, part: ScanPart, client: Client, browser: "Browser | None" = None) -> None:
        project = part.scan.project
        client.credentials = credentials_for(project)
        owned = ownership.of(project, [part.scan.url], client)
        self.part = part
        self.is_over = False
        self._start = PageContext(part.scan.url, client, owned=owned, browser=browser)
        self._start.rendered.save_screenshot = screenshots.keeper(project.pk)
        self._asking = Asking.of(part.scan, part.scanner)
        self._ends = time.monotonic() + MOST_SECONDS_OF_A_JOB[Scanner(part.scanner)]

    def goes_on(self) -> bool:
        """Look at page after page until the time is over; False when the lease was lost on the way."""
        pages = list(self.part.pages.order_by("position")) or self._found()
        if pages is None:
            return False
        spent = sum(page.duration_ms or 0 for page in pages)
        for page in pages:
            if page.checked_at is not None or spent >= MOST_SECONDS[Scanner(self.part.scanner)] * 1000:
                continue
            if is_shutting_down() or time.monotonic() > self._ends:
                return True
            sight = self._sight(page)
            spent += sight.duration_ms
            if not persistence.keep_page(self.part, page, sight):
                return False
            self.part.attempts = 0
        self.is_over = True
        return True

    def _found(self) -> list[ScanPage] | None:
        """Find the pages and write them down; None when the lease was lost, none when every attempt was killed."""
        part = self.part
        if part.attempts > MOST_ATTEMPTS:
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
        browsing = bool(Asking.of(part.scan, Scanner.BROWSER).keys)
        if not persistence.keep_pages(part, pages, page_delay=found.delay, browsing=browsing):
            return None
        if browsing:
            enqueue("scans.run_scan_in_browser", str(part.scan_id))
        return pages

    def _sight(self, page: ScanPage) -> Sight:
        is_start = page.position == 0
        if self.part.attempts > MOST_ATTEMPTS:
            return page_checks.not_looked(self._asking, "not_available", GIVEN_UP, is_start=is_start)
        if not is_start:
            time.sleep(self.part.page_delay)
        # A page's context are made when its turn comes: their budget of seconds begins then.
        context = self._start if is_start else self._start.sibling(page.url)
        # What asks by HTTP alone runs in several threads; a browser belongs to one.
        look = page_checks.look_one_by_one if self.part.scanner == Scanner.BROWSER else page_checks.look
        return look(context, self._asking, is_start=is_start)
