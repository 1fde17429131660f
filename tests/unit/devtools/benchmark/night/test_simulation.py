"""The simulated night serves every page once, respects the limits of hosts and machines, and is fair."""

from dataclasses import replace
from uuid import UUID

import pytest

from devtools.benchmark.night import product
from devtools.benchmark.night.simulation import Night, NightLimits, NightSimulation, OrganisationUse
from devtools.benchmark.night.sites import NightSite, PageCost, night_sites
from krafter_audit.http.throttle_state import MAX_RATE

COSTS = {"trivial": PageCost(1.5, 8), "realistic": PageCost(4, 30)}
LIMITS = NightLimits(machines=2, cores=2, visitors=3, host_rate=10, batch_seconds=6, use_window_seconds=300)


def sites(count: int = 300) -> list[NightSite]:
    def at_once(_project_id: UUID) -> float:
        return 0.0

    return night_sites(COSTS, max_pages=10, starts_per_minute=100, scheduled_second=at_once, count=count)


def run(limits: NightLimits) -> Night:
    return NightSimulation(sites(), limits, record_leases=True).run()


VARIANTS = [
    LIMITS,
    replace(LIMITS, fair=False),
    replace(LIMITS, batch_seconds=20),
    replace(LIMITS, use_window_seconds=60),
]
FAIR = [limits for limits in VARIANTS if limits.fair]


@pytest.mark.parametrize("limits", VARIANTS)
def test_every_page_is_served_once_and_every_scan_ends(limits: NightLimits) -> None:
    night = run(limits)

    assert night.pages == {site.number: site.pages for site in sites()}
    assert all(scan.unleased == scan.running == 0 for scan in night.scans)
    for scan in night.scans:
        assert scan.started is not None
        assert scan.finished is not None
        assert scan.site.due <= scan.started < scan.finished <= night.hours * 3600


@pytest.mark.parametrize("limits", VARIANTS)
def test_night_is_as_long_as_the_machines_and_the_request_rate_of_hosts_require(limits: NightLimits) -> None:
    night = run(limits)

    cpu = sum(site.pages * site.cost.cpu for site in sites())
    assert night.hours * 3600 >= cpu / (limits.machines * limits.cores)
    for host, requests in night.requests.items():
        assert requests <= limits.host_rate * night.busy_seconds[host] + 1


@pytest.mark.parametrize("limits", FAIR)
def test_next_batch_is_of_the_organisation_that_has_used_the_least(limits: NightLimits) -> None:
    night = run(limits)

    assert len(night.leases) >= 300
    assert all(used[chosen] == min(used.values()) for chosen, used in night.leases)


def test_use_of_an_earlier_window_fades() -> None:
    use = OrganisationUse(window_seconds=100)
    use.add("a", 8, now=50)

    assert [use.recent("a", now) for now in (50, 100, 150, 200)] == [8, 8, 4, 0]


def test_small_organisation_does_not_wait_for_the_scans_of_a_large_one() -> None:
    def longest_wait(night: Night) -> float:
        small = [scan for scan in night.scans if scan.site.organisation.startswith("40-")]
        return max((scan.started or 0) - scan.site.due for scan in small)

    fair, oldest_first = longest_wait(run(LIMITS)), longest_wait(run(replace(LIMITS, fair=False)))

    assert fair < oldest_first / 2


def test_twice_the_machines_take_about_half_of_the_time_where_no_host_is_slow() -> None:
    one, two = (run(replace(LIMITS, machines=count, host_rate=1000)).hours for count in (1, 2))

    assert 1.7 < one / two <= 2.01


def test_at_most_100_scans_are_queued_in_a_minute() -> None:
    due = [site.due for site in sites()]

    assert due == sorted(due)
    assert all(later - earlier >= 60 for earlier, later in zip(due, due[100:], strict=False))


def test_limits_are_those_of_the_product() -> None:
    limits = product.product_limits(machines=1, cores=2, fair=True)

    assert limits.host_rate == MAX_RATE
    assert limits.visitors >= 1
    assert 0 <= product.scheduled_second(UUID(int=5)) < 3600
