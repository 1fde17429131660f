"""Work on scans: discover pages and check them side by side, those of the organisation that was served least first.

A worker leases a page, checks it and stores its results in one transaction; it needs no part for itself, so that any
number of workers share a scan. What a killed worker has leased, another one leases again once the lease expires.
"""

import logging
import time
from collections.abc import Callable, Collection
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from typing import Self
from uuid import UUID

from django.utils import timezone

from krafter_audit.db.leases import LeaseKeeper
from krafter_audit.jobs import enqueue
from krafter_audit.shutdown import is_shutting_down
from scanner.crawler import Discovery
from scans.models import Scan, ScanPage
from scans.worker import fair_queue, finalization, page_leases, persistence
from scans.worker.page_checks import CheckSelection, PageResults
from scans.worker.page_leases import Lane
from scans.worker.scan_session import ScanSession

logger = logging.getLogger(__name__)

PAGES_AT_ONCE = {Lane.HTTP: 5, Lane.BROWSER: 1}
MAX_JOB_SECONDS = 60  # after which a job starts no further page
TURN_SECONDS = 5.0  # that a browser stays with an organisation: another one needs another browser
MAX_SESSIONS = 8
POLL_SECONDS = 0.5  # between two attempts to lease further pages
BROWSER_WORKERS = 2  # for which a new scan enqueues a job


@dataclass(frozen=True)
class Job:
    """A page that is being checked, or the discovery of a scan."""

    session: ScanSession
    row: Scan | ScanPage


class InlineExecutor(Executor):
    """Runs each call at once in the calling thread, as a browser belongs to one; an error is that of `submit`."""

    def submit[**P, T](self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Run the call and return its finished future."""
        future: Future[T] = Future()
        future.set_result(fn(*args, **kwargs))
        return future


def run(lane: Lane) -> bool:
    """Work on scans until no page is left or the time is over; return whether work is left for the next job."""
    finalization.finish_parts_without_pages()
    with PageRunner(lane) as runner:
        return runner.run()


class PageRunner:
    """Works on the pages of any scans. Only the calling thread uses the database."""

    def __init__(self, lane: Lane) -> None:
        self._lane = lane
        self._stack = ExitStack()
        self._keeper = LeaseKeeper(seconds=page_leases.LEASE_SECONDS)
        self._executor: Executor = (
            InlineExecutor() if lane == Lane.BROWSER else ThreadPoolExecutor(PAGES_AT_ONCE[lane])
        )
        self._sessions: dict[UUID, ScanSession] = {}
        self._jobs: dict[Future[Discovery | PageResults], Job] = {}
        self._changed: set[UUID] = set()
        self._drain = False
        self._deadline = time.monotonic() + MAX_JOB_SECONDS
        self._meter = UseMeter(lane)
        self._turn: UUID | None = None
        self._turn_ends = 0.0

    def __enter__(self) -> Self:
        self._stack.enter_context(self._keeper)
        return self

    def __exit__(self, *error: object) -> None:
        # Without waiting: after a time limit a page may be stuck. Its lease expires.
        self._executor.shutdown(wait=False, cancel_futures=True)
        self._stack.close()
        for session in self._sessions.values():
            session.close()

    def run(self) -> bool:
        """Work until nothing is left to lease or the time is over; return whether something is left."""
        out_of_time = False
        while True:
            out_of_time = out_of_time or is_shutting_down() or time.monotonic() > self._deadline
            if not out_of_time:
                self._start_jobs()
            self._update_summaries()
            if not self._jobs:
                return out_of_time
            done, _ = wait(self._jobs, timeout=POLL_SECONDS, return_when=FIRST_COMPLETED)
            self._meter.record(
                {self._jobs[future].session.scan.project.organization_id for future in self._jobs}
            )
            for future in done:
                self._finish(self._jobs.pop(future), future)
            self._drain = self._drain and bool(self._jobs)

    def _start_jobs(self) -> None:
        free = PAGES_AT_ONCE[self._lane] - len(self._jobs)
        while free > 0 and not self._drain:
            work = page_leases.lease_next(
                self._lane, limit=free, idle=not self._jobs, prefer=self._organization_in_turn()
            )
            if work is None:
                return
            self._take_turn(work.scan.project.organization_id)
            if work.part is None:
                self._discover(work.scan)
            elif work.pages:
                self._check(work.scan, list(work.pages))
            elif not work.must_wait:
                finalization.finish_part(work.part.pk)
            self._drain = work.must_wait or work.alone
            free = PAGES_AT_ONCE[self._lane] - len(self._jobs)

    def _organization_in_turn(self) -> UUID | None:
        """Return the organisation that a browser stays with for some seconds."""
        return self._turn if self._lane == Lane.BROWSER and time.monotonic() < self._turn_ends else None

    def _take_turn(self, organization_id: UUID) -> None:
        if self._turn != organization_id or time.monotonic() >= self._turn_ends:
            self._turn, self._turn_ends = organization_id, time.monotonic() + TURN_SECONDS

    def _session(self, scan: Scan) -> ScanSession:
        session = self._sessions.pop(scan.pk, None)
        if session is None:
            idle = [each for each in self._sessions.values() if not each.pages_in_flight]
            # A browser is given back before another organisation's is taken.
            for old in idle if self._lane == Lane.BROWSER else idle[: len(self._sessions) + 1 - MAX_SESSIONS]:
                self._sessions.pop(old.scan.pk).close()
            session = ScanSession(scan, with_browser=self._lane == Lane.BROWSER)
        self._sessions[scan.pk] = session
        return session

    def _update_summaries(self) -> None:
        """Save the progress of the scans of which something was started or finished since the last call."""
        for scan_id in self._changed:
            persistence.update_summary(scan_id)
        self._changed.clear()

    def _start(self, job: Job, call: Callable[[], Discovery | PageResults]) -> None:
        self._changed.add(job.session.scan.pk)
        self._keeper.add(job.row)
        job.session.pages_in_flight += 1
        if self._lane == Lane.BROWSER:  # the call is over when it is submitted
            self._update_summaries()
        self._jobs[self._executor.submit(call)] = job

    def _discover(self, scan: Scan) -> None:
        start_scan(scan)
        session = self._session(scan)
        self._start(Job(session, scan), session.discover)

    def _check(self, scan: Scan, pages: list[ScanPage]) -> None:
        session = self._session(scan)
        for page in pages:
            selection = session.selection(page)
            self._start(Job(session, page), partial(session.check, page, selection))

    def _finish(self, job: Job, future: "Future[Discovery | PageResults]") -> None:
        """Store what a job found. After an error its lease expires, and the page is repeated alone."""
        job.session.pages_in_flight -= 1
        self._changed.add(job.session.scan.pk)
        error = future.exception()
        if isinstance(error, Exception):
            logger.error("Work on %s of a scan raised an error", job.row, exc_info=error)
            self._keeper.discard(job.row)
            return
        found = future.result()
        if isinstance(job.row, Scan) and isinstance(found, Discovery):
            self._save_discovery(job.session, job.row, found)
        elif isinstance(job.row, ScanPage) and isinstance(found, PageResults):
            self._save_page(job.row, found)
        self._keeper.discard(job.row)

    def _save_discovery(self, session: ScanSession, scan: Scan, found: Discovery) -> None:
        in_browser = any(CheckSelection.for_scan(scan, each).keys for each in finalization.IN_BROWSER)
        without_browser = not session.may_use_browser
        if not persistence.save_discovery(
            scan, found, in_browser=in_browser, without_browser=without_browser
        ):
            return
        more = len(found.pages) > PAGES_AT_ONCE[Lane.HTTP]
        if more:
            enqueue("scans.run_scan", str(scan.pk))
        if in_browser and not without_browser:
            for _ in range(min(len(found.pages), BROWSER_WORKERS)):
                enqueue("scans.run_scan_in_browser", str(scan.pk))
        if not found.pages:
            finalization.finish_parts_without_pages()

    def _save_page(self, page: ScanPage, results: PageResults) -> None:
        if not persistence.save_results(page, results):
            return
        finalization.continue_part(page.part_id)


def start_scan(scan: Scan) -> None:
    """Set a queued scan to running."""
    rows = Scan.objects.filter(pk=scan.pk)
    Scan.transitions.update(rows, Scan.Status.QUEUED, Scan.Status.RUNNING, started_at=timezone.now())


class UseMeter:
    """Measures what organisations use of a worker: CPU seconds of an HTTP worker, seconds of a browser worker."""

    def __init__(self, lane: Lane) -> None:
        self._clock = time.monotonic if lane == Lane.BROWSER else time.process_time
        self._last = self._clock()

    def record(self, organizations: Collection[UUID]) -> float:
        """Divide the time since the last call among the organisations; return the seconds of each."""
        now = self._clock()
        each = (now - self._last) / max(1, len(organizations))
        self._last = now
        fair_queue.record_use(dict.fromkeys(organizations, each))
        return each
