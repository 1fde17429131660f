"""Choose the pages that are measured in the lab: pages of the same build have the same metrics, so few of each are.

A build is a set of resources and a structure (`scanner/lab_builds.py`). The first page of each build is measured; the
next one only if a metric was not steady, up to three. The others are inconclusive, and name the page that was measured.
"""

from django.utils import timezone

from scanner.outcome import INCONCLUSIVE
from scans.models import Scanner, ScanPage, ScanPart, ScanResult

MAX_PAGES_OF_BUILD = 3
MEASURED_ELSEWHERE = "measured_elsewhere"


def create_part(browser_part: ScanPart) -> ScanPart:
    """Create the lab part of a scan whose browser part has finished."""
    part = ScanPart.objects.create(
        scan=browser_part.scan,
        scanner=Scanner.LAB,
        page_delay=browser_part.page_delay,
        without_browser=browser_part.without_browser,
    )
    pages, builds = [], set()
    for page in browser_part.pages.filter(checked_at__isnull=False).order_by("position"):
        pages.append(
            ScanPage(
                part=part,
                position=page.position,
                url=page.url,
                route=page.route,
                note=page.note,
                build=page.build,
                pending=not page.build or page.build not in builds,
            )
        )
        builds.add(page.build)
    ScanPage.objects.bulk_create(pages)
    return part


def continue_build(page: ScanPage) -> None:
    """After a page of a build was measured: measure another one, or say of the others where they were measured.

    Call it in the transaction that stores the page's results.
    """
    pages = ScanPage.objects.filter(part=page.part_id, build=page.build)
    waiting = list(pages.filter(pending=False, checked_at__isnull=True).order_by("position"))
    if not page.build or not waiting:
        return
    measured = pages.filter(checked_at__isnull=False)
    if not _is_steady(page, measured.values_list("pk", flat=True)) and measured.count() < MAX_PAGES_OF_BUILD:
        waiting[0].pending = True
        waiting[0].save(update_fields=["pending", "updated_at"])
        return
    _refer(waiting, page)


def _is_steady(page: ScanPage, measured: object) -> bool:
    """Tell whether each metric of the page has a conclusive result on a page of its build."""
    conclusive = ScanResult.objects.filter(page__in=measured).exclude(outcome=INCONCLUSIVE)
    known = set(conclusive.values_list("key", flat=True))
    return known >= set(page.results.values_list("key", flat=True))


def _refer(waiting: list[ScanPage], measured: ScanPage) -> None:
    now = timezone.now()
    detail = f"Measured on {measured.url}, a page with the same resources and structure."
    rows = list(measured.results.values("scan_id", "key", "version", "unit"))
    ScanResult.objects.bulk_create(
        ScanResult(
            page=page,
            outcome=INCONCLUSIVE,
            reason=MEASURED_ELSEWHERE,
            evidence={"detail": detail, "measured_on": measured.url},
            duration_ms=0,
            seen_at=now,
            **row,
        )
        for page in waiting
        for row in rows
    )
    for page in waiting:
        page.checked_at, page.duration_ms = now, 0
    ScanPage.objects.bulk_update(waiting, ["checked_at", "duration_ms"])
