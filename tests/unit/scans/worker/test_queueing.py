"""Pending work that no worker holds is enqueued again, for the workers that can do it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from scans.models import ScanPart, Site
from scans.worker import queueing
from tests.factories import Scenario
from tests.unit.scans.worker.scan_parts import leased_pages, scan_part

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser_workers(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Return whether a worker consumes the browser queue: the last entry of the list."""
    answers = [True]
    monkeypatch.setattr("krafter_audit.jobs.queues.queue_has_consumers", lambda queue: answers[-1])
    monkeypatch.setattr(queueing, "queue_has_consumers", lambda queue: answers[-1])
    return answers


def test_pending_parts_are_requeued_for_matching_workers(
    scenario: Scenario, enqueued: list[tuple[str, ...]], browser_workers: list[bool]
):
    http = scan_part(scenario)
    scan_part(scenario, scanner="browser", scan=http.scan)

    queueing.requeue_scans()

    pk = str(http.scan_id)
    assert enqueued == [("scans.run_scan", pk), ("scans.run_scan_in_browser", pk)]


def test_http_workers_get_browser_parts_after_a_minute_without_browser_worker(
    scenario: Scenario, enqueued: list[tuple[str, ...]], browser_workers: list[bool]
):
    part = scan_part(scenario, scanner="browser")
    browser_workers.append(False)

    queueing.requeue_scans()
    ScanPart.objects.update(created_at=timezone.now() - timedelta(minutes=2))
    queueing.requeue_scans()

    pk = str(part.scan_id)
    assert enqueued == [("scans.run_scan_in_browser", pk), ("scans.run_scan", pk, "browser")]


def test_leased_and_finished_parts_are_not_enqueued(scenario: Scenario, enqueued: list[tuple[str, ...]]):
    leased_pages(scan_part(scenario), "")
    finished = scan_part(scenario)
    ScanPart.objects.filter(pk=finished.pk).update(finished_at=timezone.now())

    queueing.requeue_scans()

    assert enqueued == []


def test_browser_part_has_no_worker_while_it_is_pending_and_its_queue_has_no_consumer(
    scenario: Scenario, browser_workers: list[bool]
):
    part = scan_part(scenario, scanner="browser")

    with_worker = queueing.browser_part_has_no_worker(part.scan_id)
    browser_workers.append(False)
    without_worker = queueing.browser_part_has_no_worker(part.scan_id)
    leased_pages(part, "")

    assert (with_worker, without_worker) == (False, True)
    assert queueing.browser_part_has_no_worker(part.scan_id) is False


def test_requested_verifications_of_sites_are_requeued(scenario: Scenario, enqueued: list[tuple[str, ...]]):
    requested, _ = (
        Site.objects.create(project=scenario.project, host=host, check_requested=is_requested)
        for host, is_requested in (("a.example.com", True), ("b.example.com", False))
    )

    queueing.requeue_site_verifications()

    assert enqueued == [("scans.verify_site", str(requested.pk))]
