"""Lease the work of scans: the discovery of a scan's pages, and batches of pages of a part."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Exists, F, Min, OuterRef, Q, QuerySet, Sum
from django.utils import timezone

from krafter_audit.db import leases
from krafter_audit.db.advisory_locks import advisory_lock
from krafter_audit.db.leases import unleased
from krafter_audit.jobs import fair_queue
from scans.models import Scan, Scanner, ScanPage, ScanPart

LEASE_SECONDS = 30  # extended while the worker runs
MAX_ATTEMPTS = 3  # after them, the page is stored as inconclusive
# Few pages are checked in parallel at first, for this long at most, so that their findings are shown sooner.
MAX_FIRST_PAGES = 2
FIRST_PAGES_PERIOD = timedelta(seconds=2)
MAX_CANDIDATES = 20  # of an organisation; too few only if other workers lease all of them at once
# Seconds of all pages of a part together, after which no further page is started.
MAX_PART_SECONDS = {Scanner.HTTP: 1500, Scanner.BROWSER: 900, Scanner.LAB: 900}


class WorkerKind(StrEnum):
    """HTTP workers check several pages at the same time, browser workers one page."""

    HTTP = "http"
    BROWSER = "browser"


# Seconds after which a job is killed with its pages: the longest time for which such a page occupies a worker.
JOB_SECONDS = {WorkerKind.HTTP: 240, WorkerKind.BROWSER: 300}


@dataclass
class LeasedWork:
    """The work that a worker leased: the discovery of a scan, or pages of a part; a part out of time has none."""

    scan: Scan
    part: ScanPart | None = None
    pages: Sequence[ScanPage] = ()
    must_wait: bool = False  # wait for the worker's other pages: the next page has to be checked alone

    @property
    def must_be_alone(self) -> bool:
        """Whether a worker was killed with this page, so that no other page may be checked at the same time."""
        return any(page.attempts > 1 for page in self.pages)


def lease_next(
    kind: WorkerKind, *, limit: int, is_idle: bool, prefer: UUID | None = None
) -> LeasedWork | None:
    """Lease work of the organisation that has used the workers least, at most `limit` pages.

    `is_idle`: the worker has no other page. An organisation to `prefer` comes first while it has work.
    """
    for organization_id in sorted(_organizations_with_work(kind), key=lambda pk: pk != prefer):
        for work in _lease_work(organization_id, kind, limit=limit, is_idle=is_idle):
            return work
    return None


def _organizations_with_work(kind: WorkerKind) -> list[UUID]:
    # If organisations have equal use, the one with the oldest work comes first.
    parts = _parts_with_work(kind).order_by().values_list("scan__project__organization_id")
    oldest = dict(parts.annotate(Min("scan__created_at")))
    if kind == WorkerKind.HTTP:
        scans = scans_to_discover().order_by().values_list("project__organization_id")
        for organization_id, created_at in scans.annotate(Min("created_at")):
            oldest[organization_id] = min(created_at, oldest.get(organization_id, created_at))
    return fair_queue.by_least_use("scan", sorted(oldest, key=oldest.__getitem__))


def _lease_work(
    organization_id: UUID, kind: WorkerKind, *, limit: int, is_idle: bool
) -> Iterator[LeasedWork]:
    parts = _parts_with_work(kind).filter(scan__project__organization=organization_id)
    for part_id in parts.values_list("pk", flat=True)[:MAX_CANDIDATES]:
        if work := _lease_pages(part_id, kind, limit=limit, is_idle=is_idle):
            yield work
    scans = scans_to_discover() if kind == WorkerKind.HTTP else Scan.objects.none()
    of_organization = scans.filter(project__organization=organization_id)
    for scan_id in of_organization.values_list("pk", flat=True)[:MAX_CANDIDATES]:
        if scan := _lease_scan(scan_id):
            yield LeasedWork(scan)


def _parts_with_work(kind: WorkerKind) -> QuerySet[ScanPart]:
    pages = ScanPage.objects.filter(part=OuterRef("pk"), pending=True)
    leased = Exists(pages.exclude(unleased()))
    by_http = Q(scanner=Scanner.HTTP) | Q(without_browser=True)
    parts = ScanPart.objects.filter(
        by_http if kind == WorkerKind.HTTP else ~by_http, finished_at__isnull=True
    )
    # With a Crawl-delay, one page at a time.
    ready = parts.filter(Exists(pages.filter(unleased()))).filter(Q(page_delay=0) | ~leased)
    return ready.order_by("scan__created_at", "scan_id", "created_at")


def scans_to_discover() -> QuerySet[Scan]:
    """Return the scans whose pages no worker discovers, the oldest first."""
    rows = Scan.objects.filter(unleased(), discovered_at__isnull=True, finished_at__isnull=True)
    return rows.order_by("created_at", "id")


def _lease_scan(scan_id: UUID) -> Scan | None:
    where = {"discovered_at__isnull": True, "finished_at__isnull": True}
    acquired = leases.acquire(Scan, scan_id, seconds=LEASE_SECONDS, **where)
    return acquired and Scan.objects.select_related("project").get(pk=scan_id)


@transaction.atomic
def _lease_pages(part_id: UUID, kind: WorkerKind, *, limit: int, is_idle: bool) -> LeasedWork | None:
    part = ScanPart.objects.select_related("scan__project").get(pk=part_id)
    pending = part.pages.filter(pending=True)
    if part.page_delay:
        advisory_lock(f"pages of {part_id}")  # one page at a time, by all workers together
        if pending.exclude(unleased()).exists():
            return None
        limit = 1
    free = pending.filter(unleased()).select_for_update(skip_locked=True).order_by("position")
    spent_ms, checked, leased = _progress_of(part)
    if spent_ms >= MAX_PART_SECONDS[Scanner(part.scanner)] * 1000:
        free.update(pending=False)
        return LeasedWork(part.scan, part)
    if not checked and timezone.now() - part.updated_at < FIRST_PAGES_PERIOD:
        limit = min(limit, MAX_FIRST_PAGES - leased)
        if limit <= 0:
            return None
    # A page may be the reason why its worker was killed: it is checked alone, and last.
    pages = list(free.filter(attempts=0)[:limit])
    if not pages and not is_idle:
        return LeasedWork(part.scan, part, must_wait=True) if free.exists() else None
    pages = pages or list(free[:1])
    if not pages:
        return None
    _count_lost_time(pages, JOB_SECONDS[kind])
    _write_leases(pages)
    for page in pages:
        page.part = part
    return LeasedWork(part.scan, part, pages)


def _count_lost_time(pages: Sequence[ScanPage], seconds: int) -> None:
    # A worker that was killed with a page could not save how long it took. The first time may have another reason, such
    # as a restart of the machine; the second time the page was alone.
    for page in pages:
        if page.attempts > 1:
            page.duration_ms = (page.duration_ms or 0) + seconds * 1000
            page.save(update_fields=["duration_ms"])


def _write_leases(pages: Sequence[ScanPage]) -> None:
    until = timezone.now() + timedelta(seconds=LEASE_SECONDS)
    rows = ScanPage.objects.filter(pk__in=[page.pk for page in pages])
    # The fence rejects the late writes of a worker whose lease has expired.
    rows.update(lease_until=until, fence=F("fence") + 1, attempts=F("attempts") + 1)
    for page in pages:
        page.lease_until, page.fence, page.attempts = until, page.fence + 1, page.attempts + 1


def _progress_of(part: ScanPart) -> tuple[float, int, int]:
    is_leased = Q(pending=True, lease_until__gt=timezone.now())
    counts = part.pages.aggregate(
        spent=Sum("duration_ms", default=0),
        checked=Count("checked_at"),
        leased=Count("pk", filter=is_leased),
    )
    return counts["spent"], counts["checked"], counts["leased"]
