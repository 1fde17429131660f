"""Choose the pages that are measured in the lab: few of each build, which have the same metrics.

The first page of each build is measured; the next one only if a metric was not steady, up to three.
"""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from scanner import lab_builds
from scanner.outcome import Outcome
from scans.models import Scanner, ScanPage, ScanPart, ScanResult


def create_part(browser_part: ScanPart) -> None:
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
                # Without a build nothing is known about the page, so it is measured itself.
                pending=not page.build or page.build not in builds,
            )
        )
        builds.add(page.build)
    ScanPage.objects.bulk_create(pages)


def continue_build(page: ScanPage) -> None:
    """Continue after a page of a build was measured: measure another one, or refer the others to it.

    Call it in the transaction that stores the page's results.
    """
    pages = ScanPage.objects.filter(part=page.part_id, build=page.build)
    waiting = list(pages.filter(pending=False, checked_at__isnull=True).order_by("position"))
    if not page.build or not waiting:
        return
    # The metric is not steady: the pages of the build have to agree (scanner/lab_builds.py).
    if lab_builds.needs_another_page(_outcomes(pages.filter(checked_at__isnull=False))):
        waiting[0].pending = True
        waiting[0].save(update_fields=["pending", "updated_at"])
    else:
        # The other pages are inconclusive, and name the page that was measured.
        _store_references(waiting, page)


def _outcomes(pages: QuerySet[ScanPage]) -> list[dict[str, Outcome]]:
    pks = pages.order_by("checked_at").values_list("pk", flat=True)
    found: dict[UUID, dict[str, Outcome]] = {pk: {} for pk in pks}
    for row in ScanResult.objects.filter(page__in=pages):
        outcome = {"status": row.outcome, "value": row.value, "samples": row.samples}
        found[row.page_id][row.key] = Outcome.from_json(outcome)
    return list(found.values())


def _store_references(waiting: Sequence[ScanPage], measured: ScanPage) -> None:
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
