"""Work on scans: discover pages and check several at the same time.

A worker leases a page, checks it and stores its results in one transaction, so any number of workers share a scan.
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

from krafter_audit.db.leases import LeaseRenewer
from krafter_audit.jobs import fair_queue
from krafter_audit.jobs.isolation import isolated
from krafter_audit.jobs.queues import enqueue
from krafter_audit.shutdown import is_shutting_down
from scanner.crawler import Discovery
from scans.models import BROWSER_SCANNERS, Scan, ScanPage
from scans.worker import finalization, page_leases, persistence
from scans.worker.page_checks import CheckSelection, PageResults
from scans.worker.page_leases import LeasedWork, WorkerKind
from scans.worker.scan_session import ScanSession

logger = logging.getLogger(__name__)

MAX_CONCURRENT_PAGES = {WorkerKind.HTTP: 5, WorkerKind.BROWSER: 1}
MAX_JOB_SECONDS = 60  # after this time, a job starts no further page
SAME_ORGANIZATION_SECONDS = 5.0  # for one browser: another organisation needs another browser
MAX_SESSIONS = 8  # scans at a time, each with open connections
POLL_SECONDS = 0.5  # between two attempts to lease further pages
BROWSER_WORKERS = 2  # a new scan enqueues a job for each


@dataclass(frozen=True)
class StartedWork:
    """A page that is being checked, or a scan whose pages are being discovered."""

    session: ScanSession
    row: Scan | ScanPage


class InlineExecutor(Executor):
    """Runs each call at once in the calling thread, as a browser belongs to one."""

    def submit[**P, T](self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        future: Future[T] = Future()
        future.set_result(fn(*args, **kwargs))
        return future


def run(kind: WorkerKind) -> bool:
    """Work on scans; return whether work is left for the next job."""
    finalization.finish_parts_without_pages()
    with PageRunner(kind) as runner:
        return runner.run()


class PageRunner:
    """Works on the pages of any scans. Only the calling thread uses the database."""

    def __init__(self, kind: WorkerKind) -> None:
        self._kind = kind
        self._stack = ExitStack()
        self._renewer = LeaseRenewer(seconds=page_leases.LEASE_SECONDS)
        self._executor: Executor = (
            InlineExecutor() if kind == WorkerKind.BROWSER else ThreadPoolExecutor(MAX_CONCURRENT_PAGES[kind])
        )
        self._sessions: dict[UUID, ScanSession] = {}
        self._started: dict[Future[Discovery | PageResults], StartedWork] = {}
        self._changed: set[UUID] = set()  # scans whose summary is out of date
        self._drain = False  # start nothing more until all started work has ended
        self._deadline = time.monotonic() + MAX_JOB_SECONDS
        self._usage = UsageRecorder(kind)
        self._preferred: UUID | None = None
        self._preferred_until = 0.0

    def __enter__(self) -> Self:
        self._stack.enter_context(self._renewer)
        return self

    def __exit__(self, *error: object) -> None:
        # Does not wait: after a time limit a page may be stuck. Its lease expires.
        self._executor.shutdown(wait=False, cancel_futures=True)
        self._stack.close()
        for session in self._sessions.values():
            session.close()

    def run(self) -> bool:
        out_of_time = False
        while True:
            out_of_time = out_of_time or is_shutting_down() or time.monotonic() > self._deadline
            if not out_of_time:
                self._start_work()
            self._update_summaries()
            if not self._started:
                return out_of_time
            done, _ = wait(self._started, timeout=POLL_SECONDS, return_when=FIRST_COMPLETED)
            self._usage.record(
                {self._started[future].session.scan.project.organization_id for future in self._started}
            )
            for future in done:
                self._finish(self._started.pop(future), future)
            self._drain = self._drain and bool(self._started)

    def _start_work(self) -> None:
        free = MAX_CONCURRENT_PAGES[self._kind] - len(self._started)
        while free > 0 and not self._drain:
            work = page_leases.lease_next(
                self._kind, limit=free, is_idle=not self._started, prefer=self._preferred_organization()
            )
            if work is None:
                return
            self._prefer_organization(work.scan.project.organization_id)
            if work.must_be_alone:
                # A worker was killed with the page, and did not record its use.
                lost = page_leases.JOB_SECONDS[self._kind]
                fair_queue.record_use("scan", {work.scan.project.organization_id: lost})
            # After an error, the lease of the work expires; this job goes on with its other pages.
            started = time.monotonic()
            with isolated("work on scan", work.scan.pk) as isolation:
                self._start_leased(work)
            if isolation.failed:  # so that an organisation whose work fails each time is not always the next
                used = time.monotonic() - started
                fair_queue.record_use("scan", {work.scan.project.organization_id: used})
            self._drain = work.must_wait or work.must_be_alone
            free = MAX_CONCURRENT_PAGES[self._kind] - len(self._started)

    def _start_leased(self, work: LeasedWork) -> None:
        if work.part is None:
            self._discover(work.scan)
        elif work.pages:
            self._check(work.scan, list(work.pages))
        elif not work.must_wait:
            finalization.finish_part(work.part.pk)

    def _preferred_organization(self) -> UUID | None:
        is_preferred = self._kind == WorkerKind.BROWSER and time.monotonic() < self._preferred_until
        return self._preferred if is_preferred else None

    def _prefer_organization(self, organization_id: UUID) -> None:
        if self._preferred != organization_id or time.monotonic() >= self._preferred_until:
            self._preferred = organization_id
            self._preferred_until = time.monotonic() + SAME_ORGANIZATION_SECONDS

    def _session(self, scan: Scan) -> ScanSession:
        session = self._sessions.pop(scan.pk, None)
        if session is None:
            idle = [other for other in self._sessions.values() if not other.pages_in_flight]
            # A worker has one browser, which must be released before another organisation's is acquired.
            surplus = (
                len(idle) if self._kind == WorkerKind.BROWSER else len(self._sessions) + 1 - MAX_SESSIONS
            )
            for old in idle[:surplus]:
                self._sessions.pop(old.scan.pk).close()
            session = ScanSession(scan, with_browser=self._kind == WorkerKind.BROWSER)
        self._sessions[scan.pk] = session
        return session

    def _update_summaries(self) -> None:
        for scan_id in self._changed:
            with isolated("summary of scan", scan_id):
                persistence.update_summary(scan_id)
        self._changed.clear()

    def _start(self, started: StartedWork, call: Callable[[], Discovery | PageResults]) -> None:
        self._changed.add(started.session.scan.pk)
        self._renewer.add(started.row)
        started.session.pages_in_flight += 1
        if self._kind == WorkerKind.BROWSER:  # a browser worker runs the call when it is submitted
            self._update_summaries()
        try:
            future = self._executor.submit(call)
        except Exception:
            # The inline executor raises what the call raises.
            started.session.pages_in_flight -= 1
            self._renewer.discard(started.row)
            raise
        self._started[future] = started

    def _discover(self, scan: Scan) -> None:
        # One attempt more than for the discovery: the attempt to store a scan without pages failed too.
        if scan.attempts > page_leases.MAX_ATTEMPTS + 1:
            finalization.give_up(scan.pk)
            return
        start_scan(scan)
        session = self._session(scan)
        self._start(StartedWork(session, scan), session.discover)

    def _check(self, scan: Scan, pages: list[ScanPage]) -> None:
        session = self._session(scan)
        for page in pages:
            selection = session.selection(page)
            self._start(StartedWork(session, page), partial(session.check, page, selection))

    def _finish(self, started: StartedWork, future: "Future[Discovery | PageResults]") -> None:
        started.session.pages_in_flight -= 1
        self._changed.add(started.session.scan.pk)
        error = future.exception()
        if isinstance(error, Exception):
            logger.error("Work on %s of a scan raised an error", started.row, exc_info=error)
            self._renewer.discard(started.row)
            return
        with isolated("storing the work on scan", started.session.scan.pk):
            self._save(started, future.result())
        self._renewer.discard(started.row)

    def _save(self, started: StartedWork, result: Discovery | PageResults) -> None:
        if isinstance(started.row, Scan) and isinstance(result, Discovery):
            self._save_discovery(started.session, started.row, result)
        elif isinstance(started.row, ScanPage) and isinstance(result, PageResults):
            self._save_page(started.row, result)

    def _save_discovery(self, session: ScanSession, scan: Scan, discovery: Discovery) -> None:
        in_browser = any(CheckSelection.for_scan(scan, scanner).keys for scanner in BROWSER_SCANNERS)
        without_browser = not session.may_use_browser
        if not persistence.save_discovery(
            scan, discovery, in_browser=in_browser, without_browser=without_browser
        ):
            return
        if len(discovery.pages) > MAX_CONCURRENT_PAGES[WorkerKind.HTTP]:
            enqueue("scans.run_scan", str(scan.pk))
        if in_browser and not without_browser:
            for _ in range(min(len(discovery.pages), BROWSER_WORKERS)):
                enqueue("scans.run_scan_in_browser", str(scan.pk))
        # No pages after too many attempts: finish the scan as failed.
        if not discovery.pages:
            finalization.finish_parts_without_pages()

    def _save_page(self, page: ScanPage, results: PageResults) -> None:
        if persistence.save_results(page, results):
            finalization.continue_part(page.part_id)


def start_scan(scan: Scan) -> None:
    rows = Scan.objects.filter(pk=scan.pk)
    Scan.transitions.update(rows, Scan.Status.QUEUED, Scan.Status.RUNNING, started_at=timezone.now())


class UsageRecorder:
    """Measures what organisations use: CPU seconds of an HTTP worker, seconds of a browser worker."""

    def __init__(self, kind: WorkerKind) -> None:
        self._clock = time.monotonic if kind == WorkerKind.BROWSER else time.process_time
        self._last = self._clock()

    def record(self, organizations: Collection[UUID]) -> float:
        """Divide the time since the last call among the organisations; return the seconds of each."""
        now = self._clock()
        seconds = (now - self._last) / max(1, len(organizations))
        self._last = now
        fair_queue.record_use("scan", dict.fromkeys(organizations, seconds))
        return seconds
