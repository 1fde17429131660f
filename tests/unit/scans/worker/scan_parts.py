"""Parts of scans for the tests of the worker."""

from scanner import registry
from scans.models import Scan, Scanner, ScanPage, ScanPart
from tests.factories import Scenario

SITE = "https://example.com/"


def scan_part(scenario: Scenario, *, scanner: str = Scanner.HTTP, scan: Scan | None = None) -> ScanPart:
    """Create a part, of a new running scan if none is given."""
    registry.load()
    scan = scan or Scan.objects.create(
        project=scenario.project, url=SITE, trigger="manual", status=Scan.Status.RUNNING
    )
    return ScanPart.objects.create(scan=scan, scanner=scanner)


def unsaved_pages(part: ScanPart, *paths: str) -> list[ScanPage]:
    """Return pages of the part with these paths."""
    return [
        ScanPage(part=part, position=place, url=f"{SITE}{path}", route=path)
        for place, path in enumerate(paths)
    ]
