"""A worker takes a part of a scan and goes on where the one before it has stopped."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from django.utils import timezone

from findings import access, ownership, politeness
from findings.checks import discovery
from findings.checks.facts import Facts
from findings.models import Scan, Scanner, ScanPage, ScanPart
from findings.scanner import closing, keeping, looking
from findings.scanner.looking import Asking, Sight
from krafter_audit.lib import claims
from krafter_audit.lib.http import Client

LEASE = 30  # seconds; kept alive while the look goes on
MOST_ATTEMPTS = 3
MOST_SECONDS = 600  # of looking; no further page is begun after that
GIVEN_UP = "The worker ended while it looked at this page, several times."


def carry_out(scan_id: UUID) -> None:
    """Look at the pages that are left and write down what is found. Delivered twice, it works once."""
    with taken(scan_id, Scanner.HTTP) as part:
        if part is None:
            return
        with politeness.client() as client:
            if _looked_at_all(part, client):
                closing.close(part)


@contextmanager
def taken(scan_id: UUID, scanner: Scanner) -> Iterator[ScanPart | None]:
    """Hold the part of a scan while the block runs; None when it is held, done or gone."""
    pk = ScanPart.objects.filter(scan=scan_id, scanner=scanner).values_list("pk", flat=True).first()
    part = pk and claims.claim(ScanPart, pk, seconds=LEASE, finished_at__isnull=True)
    if not part:
        yield None
        return
    part.scan = Scan.objects.select_related("project").get(pk=scan_id)
    begin(part.scan)
    with claims.kept(part, seconds=LEASE):
        yield part


def begin(scan: Scan) -> None:
    """Say that the scan runs."""
    now = timezone.now()
    waiting = Scan.objects.filter(pk=scan.pk, status=Scan.Status.QUEUED)
    waiting.update(status=Scan.Status.RUNNING, started_at=now, updated_at=now)


def _looked_at_all(part: ScanPart, client: Client) -> bool:
    """Look at page after page; False when the lease was lost on the way."""
    client.access = access.of(part.scan.project)
    owned = ownership.of(part.scan.project, [part.scan.url], client)
    start = Facts(part.scan.url, client, owned=owned)
    pages = list(part.pages.order_by("position")) or _found(part, start)
    if pages is None:
        return False
    asking = Asking.of(part.scan, Scanner.HTTP)
    spent = sum(page.duration_ms or 0 for page in pages)
    for page in pages:
        if page.looked_at is None and spent < MOST_SECONDS * 1000:
            if page.position > 0:
                time.sleep(part.page_delay)
            sight = _sight(part, page, start, asking)
            spent += sight.duration_ms
            if not keeping.keep_page(part, page, sight):
                return False
            part.attempts = 0
    return True


def _found(part: ScanPart, start: Facts) -> list[ScanPage] | None:
    """Find the pages and write them down; None when the lease was lost, none when every attempt was killed."""
    if part.attempts > MOST_ATTEMPTS:
        return []
    found = discovery.discover(start)
    pages = [
        ScanPage(
            part=part,
            position=position,
            url=url,
            route=discovery.route_of(url),
            note=found.note if position == 0 else "",
        )
        for position, url in enumerate(found.pages)
    ]
    return pages if keeping.keep_pages(part, pages, page_delay=found.delay) else None


def _sight(part: ScanPart, page: ScanPage, start: Facts, asking: Asking) -> Sight:
    is_start = page.position == 0
    if part.attempts > MOST_ATTEMPTS:
        return looking.not_looked(asking, "not_available", GIVEN_UP, is_start=is_start)
    # A page's facts are made when its turn comes: their budget of seconds begins then.
    return looking.look(start if is_start else start.neighbour(page.url), asking, is_start=is_start)
