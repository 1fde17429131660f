"""Repeat results that another page of the scan has put in doubt."""

from collections import defaultdict

from scanner.outcome import FAILED
from scans.models import ScanPage, ScanPart, ScanResult


def request_rechecks(part: ScanPart) -> bool:
    """Make the pages with unconfirmed failures of contradicted checks pending; False without any."""
    results = ScanResult.objects.filter(page__part=part)
    unconfirmed = results.filter(outcome=FAILED, evidence__confirmed=False)
    pages: dict[str, list[ScanPage]] = defaultdict(list)
    for row in unconfirmed.select_related("page"):
        pages[row.key].append(row.page)
    # A failure is confirmed on the first pages that show it (scanner/confirmation.py). Once two runs of a check
    # disagree, its failures that were not confirmed are repeated.
    contradicted = _contradicted(part, set(pages))
    to_recheck = {page.pk: page for key in contradicted for page in pages[key]}
    for page in to_recheck.values():
        page.pending = True
        page.recheck_keys = sorted(key for key in contradicted if page in pages[key])
    ScanPage.objects.bulk_update(to_recheck.values(), ["pending", "recheck_keys"])
    return bool(to_recheck)


def _contradicted(part: ScanPart, keys: set[str]) -> set[str]:
    if not keys:
        return set()
    # In the evidence, `runs` has the statuses of all runs of a check on a page.
    repeated = ScanResult.objects.filter(page__part=part, key__in=keys, evidence__has_key="runs")
    return {
        key
        for key, runs in repeated.values_list("key", "evidence__runs")
        if isinstance(runs, list) and FAILED in runs and set(runs) != {FAILED}
    }
