"""A row is held by one worker at a time, and the writes of an earlier holder are rejected."""

import threading
from datetime import timedelta

import pytest
from django.utils import timezone

from krafter_audit.db import leases
from scans.models import Scan, ScanPart
from tests.factories import Scenario

pytestmark = pytest.mark.django_db


@pytest.fixture
def part(scenario: Scenario) -> ScanPart:
    scan = Scan.objects.create(project=scenario.project, url="https://example.com/", trigger="manual")
    return ScanPart.objects.create(scan=scan, scanner="http")


def expire(part: ScanPart) -> None:
    ScanPart.objects.filter(pk=part.pk).update(lease_until=timezone.now() - timedelta(seconds=1))


def test_acquire_returns_the_row_with_a_new_fence_and_counts_the_attempt(part: ScanPart):
    held = leases.acquire(ScanPart, part.pk, seconds=30)

    assert held is not None
    assert (held.pk, held.fence, held.attempts) == (part.pk, 1, 1)
    assert held.lease_until is not None
    assert held.lease_until > timezone.now()


def test_a_held_row_cannot_be_acquired_until_its_lease_expires(part: ScanPart):
    leases.acquire(ScanPart, part.pk, seconds=30)
    meanwhile = leases.acquire(ScanPart, part.pk, seconds=30)
    expire(part)
    afterwards = leases.acquire(ScanPart, part.pk, seconds=30)

    assert meanwhile is None
    assert afterwards is not None
    assert (afterwards.fence, afterwards.attempts) == (2, 2)


def test_row_outside_of_the_condition_cannot_be_acquired(part: ScanPart):
    assert leases.acquire(ScanPart, part.pk, seconds=30, scanner="browser") is None


def test_the_write_of_an_earlier_holder_is_rejected(part: ScanPart):
    earlier = leases.acquire(ScanPart, part.pk, seconds=30)
    expire(part)
    later = leases.acquire(ScanPart, part.pk, seconds=30)
    assert earlier is not None
    assert later is not None

    written = [leases.write(row, page_delay=delay) for row, delay in ((later, 2), (earlier, 1))]

    part.refresh_from_db()
    assert (written, part.page_delay) == ([True, False], 2)
    assert not leases.extend(earlier, seconds=30)
    assert not leases.owned(earlier).exists()


def test_unleased_finds_the_rows_that_no_worker_holds(part: ScanPart):
    free = ScanPart.objects.filter(leases.unleased()).count()
    leases.acquire(ScanPart, part.pk, seconds=30)
    held = ScanPart.objects.filter(leases.unleased()).count()

    assert (free, held) == (1, 0)


@pytest.mark.django_db(transaction=True)
def test_hold_renews_the_lease_while_the_block_runs(part: ScanPart):
    with leases.hold(ScanPart, part.pk, seconds=1) as held:
        assert held is not None
        threading.Event().wait(1.2)
        assert leases.acquire(ScanPart, part.pk, seconds=1) is None
        with leases.hold(ScanPart, part.pk, seconds=1) as other:
            assert other is None


def test_hold_of_no_row_yields_none():
    with leases.hold(ScanPart, None, seconds=1) as held:
        assert held is None
