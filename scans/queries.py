"""Reading scans."""

from typing import Any

from django.db.models import Count

from scans.models import Scan, ScanPage


def pages_of(scan: Scan) -> list[ScanPage]:
    """Return the pages of a scan in their order, each with `outcomes`: what its checks said, counted."""
    pages = ScanPage.objects.filter(part__scan=scan).select_related("part")
    counted: dict[Any, dict[str, int]] = {}
    for page_id, word, rows in (
        scan.results.values_list("page_id", "outcome").annotate(Count("id")).order_by()
    ):
        counted.setdefault(page_id, {})[word] = rows
    found = list(pages.order_by("-part__scanner", "position"))
    for page in found:
        page.outcomes = counted.get(page.pk, {})  # type: ignore[attr-defined]  # shown with the page
    return found
