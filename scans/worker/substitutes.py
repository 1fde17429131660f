"""Withdraw the results of pages that a login page or a notice has replaced during a scan.

Such a page may be a page of the site (scanner/page/substitute.py). It has replaced others when several URLs of a scan
show the same one. The start page is what was requested: it is replaced only if the scan has seen another page there.
"""

from collections import defaultdict
from urllib.parse import urlsplit
from uuid import UUID

from django.db.models import Q, QuerySet

from scanner.outcome import INCONCLUSIVE
from scans.models import Scanner, ScanPage, ScanPart, ScanResult

MIN_REPLACED = 2  # URLs that show the same page


def reportable_results(part: ScanPart, *, is_final: bool) -> QuerySet[ScanResult]:
    """Return the results of a part that are certain; before its end, not those of pages that may be replaced."""
    results = ScanResult.objects.filter(page__part=part)
    is_requested = Q(page__position=0, page__part__scanner=Scanner.HTTP)
    return results if is_final else results.filter(Q(page__substitute={}) | is_requested)


def withdraw_results(part: ScanPart) -> None:
    """Make the results of a part's replaced pages inconclusive. Call it with the part locked, before its end."""
    for page in replaced_pages(part.scan_id):
        if page.part_id == part.pk:
            page.results.update(
                outcome=INCONCLUSIVE,
                reason=page.substitute["reason"],
                value=None,
                samples=[],
                evidence={"detail": page.substitute["detail"]},
            )


def replaced_pages(scan_id: UUID) -> list[ScanPage]:
    """Return the pages of a scan, of all its parts, that were replaced by a page that other URLs show too."""
    groups: dict[str, list[ScanPage]] = defaultdict(list)
    pages = ScanPage.objects.filter(part__scan=scan_id).exclude(substitute={})
    for page in pages.select_related("part").order_by("position"):
        groups[page.substitute["key"]].append(page)
    return [page for pages in groups.values() for page in _replaced(pages)]


def _replaced(pages: list[ScanPage]) -> list[ScanPage]:
    is_start_page = any(page.position == 0 and page.part.scanner == Scanner.HTTP for page in pages)
    replaced = [page for page in pages if page.position > 0 or not is_start_page]
    # The same page with several queries is one page.
    paths = {urlsplit(page.url).path.rstrip("/") for page in replaced}
    return replaced if len(paths) >= MIN_REPLACED else []


def replaced_pages_note(scan_id: UUID) -> str:
    """Return the note about replaced pages for the scan's summary; empty without any."""
    pages = replaced_pages(scan_id)
    if not pages:
        return ""
    count = len({page.url for page in pages})
    return f"{count} pages were not judged, for example {pages[0].url}: {pages[0].substitute['detail']}"
