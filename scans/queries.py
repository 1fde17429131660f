from typing import Any

from django.db.models import Count

from scans.models import OUTCOMES, Scan, Scanner, ScanPage


def pages_of(scan: Scan) -> list[ScanPage]:
    """Return the pages of a scan in their order, each with `outcomes`: the number of checks by outcome."""
    pages = ScanPage.objects.filter(part__scan=scan).select_related("part")
    counts: dict[Any, dict[str, int]] = {}
    for page_id, outcome, rows in scan.results.values_list("page_id", "outcome").annotate(Count("id")):
        counts.setdefault(page_id, {})[outcome] = rows
    order = list(Scanner)
    found = sorted(pages, key=lambda page: (order.index(Scanner(page.part.scanner)), page.position))
    for page in found:
        page.outcomes = dict.fromkeys(OUTCOMES, 0) | counts.get(page.pk, {})  # type: ignore[attr-defined]  # read by ScanPageSerializer
    return found
