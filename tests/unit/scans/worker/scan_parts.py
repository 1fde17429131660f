"""Parts of scans for the tests of the worker."""

from collections.abc import Iterable
from datetime import timedelta

from django.utils import timezone

from accounts.actors import SYSTEM
from krafter_audit.db import leases
from scanner import registry
from scanner.crawler import Discovery
from scanner.metric_verdict import judge_metric
from scanner.outcome import Measurement, Outcome
from scans.models import Scan, Scanner, ScanPage, ScanPart
from scans.services import scans
from scans.worker import page_leases, page_runner, persistence
from scans.worker.page_checks import CheckResult, PageResults
from scans.worker.page_leases import WorkerKind
from tests.factories import Scenario

SITE = "https://example.com/"
FOUR_PAGES = [SITE, SITE + "shop", SITE + "about", SITE + "help"]


def scan_part(scenario: Scenario, *, scanner: str = Scanner.HTTP, scan: Scan | None = None) -> ScanPart:
    """Create a part, of a new running scan if none is given."""
    registry.load()
    scan = scan or Scan.objects.create(
        project=scenario.project,
        url=SITE,
        trigger="manual",
        status=Scan.Status.RUNNING,
        discovered_at=timezone.now(),
    )
    return ScanPart.objects.create(scan=scan, scanner=scanner)


def leased_pages(part: ScanPart, *paths: str) -> list[ScanPage]:
    """Create pages of the part with these paths, as the worker holds them that has leased them."""
    return [
        ScanPage.objects.create(
            part=part,
            position=index,
            url=f"{SITE}{path}",
            route=path,
            fence=1,
            lease_until=timezone.now() + timedelta(seconds=30),
        )
        for index, path in enumerate(paths)
    ]


def started(scenario: Scenario, urls: Iterable[str], *, url: str = SITE) -> Scan:
    scan = scans.queue(scenario.project, url=url, trigger="manual", by=SYSTEM)
    held = leases.acquire(Scan, scan.pk, seconds=30)
    assert held is not None
    page_runner.start_scan(held)
    persistence.save_discovery(held, Discovery(list(urls)), in_browser=False)
    return scan


def lease_pages(scan: Scan) -> list[ScanPage]:
    """Lease the pages of a scan, as a worker does."""
    work = page_leases.lease_next(WorkerKind.HTTP, limit=25, is_idle=True)
    assert work is not None
    assert work.scan == scan
    return list(work.pages)


def store(page: ScanPage, key: str, outcome: Outcome) -> None:
    registry.load()
    assert persistence.save_results(page, PageResults([CheckResult(key, outcome, 1.0)]))


def outcome_of(key: str, samples: list[float], threshold: float | None = None) -> Outcome:
    """Return the outcome of a metric for these samples."""
    known = registry.get(key)
    assert known is not None
    return judge_metric(known, Measurement(samples), threshold)
