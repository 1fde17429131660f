"""Repeat results that another page of the scan has put in doubt.

A scan confirms a failure on the first pages that show it; on further pages one run is believed
(`scanner/confirmation.py`). Once two runs of a check disagree, its failures that were not confirmed are repeated.
"""

from collections import defaultdict

from scanner.outcome import FAILED
from scans.models import ScanPage, ScanPart, ScanResult


def request_rechecks(part: ScanPart) -> bool:
    """Make the pages pending on which a contradicted check failed without confirmation; tell whether there are any."""
    results = ScanResult.objects.filter(page__part=part)
    unconfirmed = results.filter(outcome=FAILED, evidence__confirmed=False)
    pages: dict[str, list[ScanPage]] = defaultdict(list)
    for row in unconfirmed.select_related("page"):
        pages[row.key].append(row.page)
    contradicted = _contradicted(part, set(pages))
    doubted = {page.pk: page for key in contradicted for page in pages[key]}
    for page in doubted.values():
        page.pending = True
        page.recheck_keys = sorted(key for key in contradicted if page.pk in {each.pk for each in pages[key]})
    ScanPage.objects.bulk_update(doubted.values(), ["pending", "recheck_keys"])
    return bool(doubted)


def _contradicted(part: ScanPart, keys: set[str]) -> set[str]:
    """Return those of the checks whose failure on a page was not confirmed by each further run."""
    if not keys:
        return set()
    repeated = ScanResult.objects.filter(page__part=part, key__in=keys, evidence__has_key="looks")
    return {
        key
        for key, looks in repeated.values_list("key", "evidence__looks")
        if isinstance(looks, list) and FAILED in looks and set(looks) != {FAILED}
    }
