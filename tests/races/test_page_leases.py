"""Workers that lease pages of a scan at the same time: each page is leased once, with a Crawl-delay one alone."""

from datetime import timedelta

import pytest
from django.utils import timezone

from scans.models import ScanPage, ScanPart
from scans.worker import page_leases
from scans.worker.page_leases import LeasedWork, WorkerKind
from tests import factories
from tests.races.threads import errors_in, racers
from tests.unit.scans.worker.scan_parts import SITE, scan_part

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS, WORKERS, BATCH = 5, 4, 2


def lease() -> LeasedWork | None:
    return page_leases.lease_next(WorkerKind.HTTP, limit=BATCH, is_idle=True)


@pytest.mark.slow
@pytest.mark.parametrize(("delay", "expected"), [(0.0, WORKERS * BATCH), (0.5, 1)])
def test_simultaneous_workers_lease_each_page_once(
    monkeypatch: pytest.MonkeyPatch, delay: float, expected: int
) -> None:
    monkeypatch.setattr(page_leases, "FIRST_PAGES_PERIOD", timedelta(0))
    scenario = factories.scenario()
    with racers(WORKERS) as race:
        for _ in range(ROUNDS):
            ScanPart.objects.update(finished_at=timezone.now())
            part = scan_part(scenario)
            ScanPart.objects.filter(pk=part.pk).update(page_delay=delay)
            ScanPage.objects.bulk_create(
                ScanPage(part=part, position=index, url=f"{SITE}{index}", route=str(index))
                for index in range(WORKERS * BATCH)
            )

            works = race(*[lease] * WORKERS)

            assert errors_in(works) == []
            leased = [page.position for work in works if work for page in work.pages]
            assert sorted(leased) == list(range(expected))
