"""A row is held by one worker at a time, and the writes of an earlier holder are rejected."""

import threading
from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from krafter_audit.db import leases
from scans.models import Scan, ScanPage, ScanPart
from tests.factories import Scenario
from tests.waiting import eventually

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(scenario: Scenario) -> ScanPage:
    scan = Scan.objects.create(project=scenario.project, url="https://example.com/", trigger="manual")
    part = ScanPart.objects.create(scan=scan, scanner="http")
    return ScanPage.objects.create(part=part, position=0, url=scan.url, route="")


def close_other_connections() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def is_renewed(held: ScanPage) -> bool:
    """Wait until the lease ends later than when the row was read."""
    return eventually(lambda: ScanPage.objects.filter(pk=held.pk, lease_until__gt=held.lease_until).exists())


def expire(page: ScanPage) -> None:
    ScanPage.objects.filter(pk=page.pk).update(lease_until=timezone.now() - timedelta(seconds=1))


def test_acquire_returns_the_row_with_a_new_fence_and_counts_the_attempt(page: ScanPage):
    held = leases.acquire(ScanPage, page.pk, seconds=30)

    assert held is not None
    assert (held.pk, held.fence, held.attempts) == (page.pk, 1, 1)
    assert held.lease_until is not None
    assert held.lease_until > timezone.now()


def test_a_held_row_cannot_be_acquired_until_its_lease_expires(page: ScanPage):
    leases.acquire(ScanPage, page.pk, seconds=30)
    meanwhile = leases.acquire(ScanPage, page.pk, seconds=30)
    expire(page)
    afterwards = leases.acquire(ScanPage, page.pk, seconds=30)

    assert meanwhile is None
    assert afterwards is not None
    assert (afterwards.fence, afterwards.attempts) == (2, 2)


def test_row_outside_of_the_condition_cannot_be_acquired(page: ScanPage):
    assert leases.acquire(ScanPage, page.pk, seconds=30, position=1) is None


def test_the_write_of_an_earlier_holder_is_rejected(page: ScanPage):
    earlier = leases.acquire(ScanPage, page.pk, seconds=30)
    expire(page)
    later = leases.acquire(ScanPage, page.pk, seconds=30)
    assert earlier is not None
    assert later is not None

    written = [leases.write(row, duration_ms=delay) for row, delay in ((later, 2), (earlier, 1))]

    page.refresh_from_db()
    assert (written, page.duration_ms) == ([True, False], 2)
    assert not leases.extend(earlier, seconds=30)
    assert not leases.owned(earlier).exists()


def test_unleased_finds_the_rows_that_no_worker_holds(page: ScanPage):
    free = ScanPage.objects.filter(leases.unleased()).count()
    leases.acquire(ScanPage, page.pk, seconds=30)
    held = ScanPage.objects.filter(leases.unleased()).count()

    assert (free, held) == (1, 0)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_hold_renews_the_lease_while_the_block_runs(page: ScanPage):
    with leases.hold(ScanPage, page.pk, seconds=2) as held:
        assert held is not None
        assert is_renewed(held)
        with leases.hold(ScanPage, page.pk, seconds=2) as other:
            assert other is None


def test_hold_of_no_row_yields_none():
    with leases.hold(ScanPage, None, seconds=1) as held:
        assert held is None


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_renewer_renews_the_leases_of_its_rows_and_of_no_others(page: ScanPage):
    other = ScanPage.objects.create(part=page.part, position=1, url=page.url, route="")
    rows = [leases.acquire(ScanPage, scan_page.pk, seconds=1) for scan_page in (page, other)]
    assert rows[0] is not None
    assert rows[1] is not None

    with leases.LeaseRenewer(seconds=1) as renewer:
        for row in rows:
            renewer.add(row)
        renewer.discard(rows[1])
        threading.Event().wait(1.2)
        held = [leases.acquire(ScanPage, scan_page.pk, seconds=30) is None for scan_page in (page, other)]

    assert held == [True, False]


def test_renewer_renews_a_lease_after_the_database_was_unavailable(
    page: ScanPage, monkeypatch: pytest.MonkeyPatch
):
    answers = iter([OperationalError(), OperationalError(), True])
    renewed = threading.Event()

    def extend(row: leases.Leased, *, seconds: float) -> bool:
        answer = next(answers, True)
        if isinstance(answer, Exception):
            raise answer
        renewed.set()
        return answer

    monkeypatch.setattr(leases, "extend", extend)
    with leases.LeaseRenewer(seconds=0.03) as renewer:  # type: ignore[arg-type]
        renewer.add(page)
        assert renewed.wait(5)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("database_owner")  # the application role may end no connection
def test_renewer_connects_again_after_its_connection_was_closed(page: ScanPage):
    row = leases.acquire(ScanPage, page.pk, seconds=1)
    assert row is not None

    with leases.LeaseRenewer(seconds=1) as renewer:
        renewer.add(row)
        assert is_renewed(row)
        close_other_connections()
        row.refresh_from_db()
        assert is_renewed(row)


def test_released_lease_is_not_extended(page: ScanPage):
    held = leases.acquire(ScanPage, page.pk, seconds=30)
    assert held is not None
    leases.write(held, lease_until=None)

    assert not leases.extend(held, seconds=30)
    assert leases.acquire(ScanPage, page.pk, seconds=30) is not None
