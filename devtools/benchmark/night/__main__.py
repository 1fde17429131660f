"""`python -m devtools.benchmark.night`: simulate a night. Reads `{"costs", "machines"}` and prints the result, as JSON.

`costs` is `{"trivial": {"cpu", "requests"}, "realistic": …}`: the CPU seconds and requests of one page in a scan.
"""

import json
import sys
from typing import Any

import django

django.setup()

from devtools.benchmark.night import product  # noqa: E402  needs the settings
from devtools.benchmark.night.simulation import Night, NightLimits, NightSimulation  # noqa: E402
from devtools.benchmark.night.sites import NightSite, PageCost, night_sites  # noqa: E402

CORES = 2  # cores of a machine, as in the measurement


def simulate(costs: dict[str, PageCost], machines: list[int]) -> dict[str, Any]:
    """Simulate the night for each number of machines, with the fair queue and with oldest first."""
    sites = night_sites(
        costs,
        max_pages=product.MAX_PAGES,
        starts_per_minute=product.BATCH_SIZE,
        scheduled_second=product.scheduled_second,
    )
    variants = [
        product.product_limits(machines=count, cores=CORES, fair=fair)
        for count in machines
        for fair in (True, False)
    ]
    return {
        "sites": len(sites),
        "pages": sum(site.pages for site in sites),
        "limits": vars(variants[0]),
        "costs": {name: vars(cost) for name, cost in costs.items()},
        "runs": [summary(NightSimulation(sites, limits).run(), limits, sites) for limits in variants],
    }


def summary(night: Night, limits: NightLimits, sites: list[NightSite]) -> dict[str, Any]:
    """Return a run's figures: hours, busiest host, and waits by organisation size in minutes."""
    busiest, seconds = max(night.busy_seconds.items(), key=lambda item: item[1])
    most_requested, requests = night.requests.most_common(1)[0]
    cpu = sum(site.pages * site.cost.cpu for site in sites)
    return {
        "machines": limits.machines,
        "queue": "fair" if limits.fair else "oldest first",
        "hours": round(night.hours, 2),
        "cpu_use": round(cpu / (night.hours * 3600 * limits.machines * limits.cores), 2),
        "busiest_host": {
            "host": busiest,
            "minutes": round(seconds / 60, 1),
            "most_requests": requests,
            "most_requested": most_requested,
            "requests_a_second": round(night.requests[busiest] / seconds, 2),
        },
        "organisations": waits(night),
    }


def waits(night: Night) -> list[dict[str, Any]]:
    """Return each organisation's minutes until a scan's first page and end."""
    grouped: dict[str, list[tuple[float, float]]] = {}
    for scan in night.scans:
        started, finished = scan.started or 0.0, scan.finished or 0.0
        pair = (started - scan.site.due) / 60, (finished - scan.site.due) / 60
        grouped.setdefault(scan.site.organisation, []).append(pair)
    return [
        {
            "organisation": name,
            "sites": len(pairs),
            "first_page_mean": round(sum(first for first, _ in pairs) / len(pairs), 1),
            "first_page_max": round(max(first for first, _ in pairs), 1),
            "finished_mean": round(sum(last for _, last in pairs) / len(pairs), 1),
            "finished_max": round(max(last for _, last in pairs), 1),
        }
        for name, pairs in grouped.items()
    ]


if __name__ == "__main__":
    given = json.load(sys.stdin)
    page_costs = {name: PageCost(**cost) for name, cost in given["costs"].items()}
    print(json.dumps(simulate(page_costs, given["machines"])))
