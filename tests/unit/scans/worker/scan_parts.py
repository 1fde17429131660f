"""Parts of scans for the tests of the worker."""

from datetime import timedelta

from django.utils import timezone

from scanner import registry
from scans.models import Scan, Scanner, ScanPage, ScanPart
from tests.factories import Scenario

SITE = "https://example.com/"


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
