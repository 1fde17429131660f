"""Choose the pages that are measured in the lab: pages of the same build have the same metrics, so few of each are.

A build is a set of resources and a structure (`scanner/lab_builds.py`). The first page of each build is measured; the
next one only if a metric was not steady, up to three. The others are inconclusive, and name the page that was measured.
"""

from collections.abc import Sequence

from django.db.models import QuerySet
from django.utils import timezone

from scanner import lab_builds
from scanner.outcome import Outcome
from scans.models import Scanner, ScanPage, ScanPart, ScanResult


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
    if lab_builds.needs_another_page(_outcomes(pages.filter(checked_at__isnull=False))):
        waiting[0].pending = True
        waiting[0].save(update_fields=["pending", "updated_at"])
    else:
        _refer(waiting, page)


def _outcomes(pages: QuerySet[ScanPage]) -> list[dict[str, Outcome]]:
    """Return the outcomes of each page by key, in the order in which the pages were measured."""
    found: dict[object, dict[str, Outcome]] = {
        pk: {} for pk in pages.order_by("checked_at").values_list("pk")
    }
    for row in ScanResult.objects.filter(page__in=pages):
        outcome = {"status": row.outcome, "value": row.value, "samples": row.samples}
        found[(row.page_id,)][row.key] = Outcome.from_json(outcome)
    return list(found.values())


def _refer(waiting: Sequence[ScanPage], measured: ScanPage) -> None:
    """Store on the waiting pages, for each metric, on which page it was measured."""
    now = timezone.now()
    outcome = lab_builds.measured_elsewhere(measured.url)
    rows = list(measured.results.values("scan_id", "key", "version", "unit"))
    ScanResult.objects.bulk_create(
        ScanResult(
            page=page,
            outcome=outcome.status,
            reason=outcome.reason or "",
            evidence=outcome.evidence | {"measured_on": measured.url},
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
