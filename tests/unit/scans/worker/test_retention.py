"""Expired results are deleted with their pages, the oldest first, and the scan with its summary is kept."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from krafter_audit.db.models import first_id_at
from scanner.outcome import passed
from scans.models import Scan, ScanPage, ScanPart, ScanResult
from scans.worker import persistence, retention
from scans.worker.page_checks import CheckResult, PageResults
from tests.factories import Scenario
from tests.unit.scans.worker.scan_parts import leased_pages, scan_part

pytestmark = pytest.mark.django_db
KEYS = ("security_header_csp", "title_present", "text_compression")


@pytest.fixture
def parts(scenario: Scenario, monkeypatch: pytest.MonkeyPatch) -> list[ScanPart]:
    """Two parts with three results each; those of the first are 91 days old."""
    monkeypatch.setattr(retention, "BATCH_SIZE", 2)
    made = [scan_part(scenario), scan_part(scenario)]
    for part in made:
        (page,) = leased_pages(part, "")
        results = [CheckResult(key, passed("Good."), 1.0) for key in KEYS]
        persistence.save_results(page, PageResults(results))
    ScanResult.objects.filter(scan=made[0].scan_id).update(seen_at=timezone.now() - timedelta(days=91))
    return made


def remaining(parts: list[ScanPart]) -> list[int]:
    return [ScanResult.objects.filter(scan=part.scan_id).count() for part in parts]


def test_expired_results_are_deleted_in_batches_and_the_scan_is_kept(parts: list[ScanPart], settings: Any):
    settings.KRAFTER_RESULTS_KEEP_DAYS = 90

    deleted = retention.delete_expired()

    assert (deleted, remaining(parts), Scan.objects.count()) == (3, [0, 3], 2)


def test_results_are_kept_permanently_with_a_setting_of_zero_days(parts: list[ScanPart], settings: Any):
    settings.KRAFTER_RESULTS_KEEP_DAYS = 0

    assert (retention.delete_expired(), remaining(parts)) == (0, [3, 3])


def test_one_run_deletes_at_most_its_number_of_batches(
    parts: list[ScanPart], settings: Any, monkeypatch: pytest.MonkeyPatch
):
    settings.KRAFTER_RESULTS_KEEP_DAYS = 90
    monkeypatch.setattr(retention, "MAX_BATCHES", 1)

    assert (retention.delete_expired(), remaining(parts)) == (2, [1, 3])


def aged_page(part: ScanPart, *, days: int, status: str = Scan.Status.COMPLETED) -> ScanPage:
    """Create a page of that age, of a scan with this status."""
    finished_at = timezone.now() if status == Scan.Status.COMPLETED else None
    Scan.objects.filter(pk=part.scan_id).update(status=status, finished_at=finished_at)
    pk = first_id_at(timezone.now() - timedelta(days=days))
    return ScanPage.objects.create(pk=pk, part=part, position=9, url="https://example.com/9", route="/9")


def test_pages_without_results_are_deleted_when_they_expire(
    scenario: Scenario, parts: list[ScanPart], settings: Any, monkeypatch: pytest.MonkeyPatch
):
    settings.KRAFTER_RESULTS_KEEP_DAYS = 90
    monkeypatch.setattr(retention, "BATCH_SIZE", 1)
    old, recent = aged_page(parts[0], days=91), aged_page(parts[1], days=89)
    of_running_scan = aged_page(scan_part(scenario), days=92, status=Scan.Status.RUNNING)
    with_result = aged_page(scan_part(scenario), days=93)
    ScanResult.objects.filter(scan=parts[1].scan_id, key=KEYS[0]).update(page=with_result)

    retention.delete_expired()

    pages = {old.pk, recent.pk, of_running_scan.pk, with_result.pk}
    assert pages - set(ScanPage.objects.values_list("pk", flat=True)) == {old.pk}
