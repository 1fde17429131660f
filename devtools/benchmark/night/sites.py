"""The sites of the simulated night: 1,000 in 61 organisations, some of them on shared hosts."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

SITES = 1000
SEED = 12
# Number of organisations and their sites: an agency, ten companies, small customers.
ORGANISATIONS = ((1, 200), (10, 40), (50, 8))
SITES_OF_SHARED_HOST = 10  # of the agency
REALISTIC_SHARE = 0.3


@dataclass(frozen=True)
class PageCost:
    cpu: float
    requests: float


@dataclass(frozen=True)
class NightSite:
    """A site to be scanned."""

    number: int
    organisation: str
    host: str
    pages: int
    cost: PageCost
    due: float  # when its scan is queued: seconds since the beginning of the night


def night_sites(
    costs: Mapping[str, PageCost],
    *,
    max_pages: int,
    starts_per_minute: int,
    scheduled_second: Callable[[UUID], float],
    count: int = SITES,
) -> list[NightSite]:
    """Return the sites in the order in which their scans are queued; they are the same each time."""
    generator = random.Random(SEED)  # noqa: S311 - not for security
    names = [
        f"{size}-site organisation {number + 1}"
        for many, size in ORGANISATIONS
        for number in range(many)
        for _ in range(size)
    ][:count]
    due = [scheduled_second(UUID(int=generator.getrandbits(128), version=4)) for _ in names]
    sites = []
    for number, name in enumerate(names):
        kind = "realistic" if generator.random() < REALISTIC_SHARE else "trivial"
        shared = number < ORGANISATIONS[0][1]
        host = f"shared-{number // SITES_OF_SHARED_HOST}" if shared else f"host-{number}"
        pages = round(generator.triangular(1, max_pages, max_pages))
        sites.append((due[number], number, name, host, pages, costs[kind]))
    return [
        NightSite(number, name, host, pages, cost, second)
        for (_, number, name, host, pages, cost), second in zip(
            sorted(sites, key=lambda site: site[:2]), _limited(sorted(due), starts_per_minute), strict=True
        )
    ]


def _limited(seconds: list[float], per_minute: int) -> list[float]:
    """Delay what exceeds the scans queued in a minute."""
    limited: list[float] = []
    for second in seconds:
        earliest = limited[-per_minute] + 60 if len(limited) >= per_minute else 0.0
        limited.append(max(second, earliest))
    return limited
