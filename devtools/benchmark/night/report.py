from collections.abc import Iterator, Mapping
from statistics import mean
from typing import Any

from devtools.benchmark.tables import table

RUN_COLUMNS = ("machines", "queue", "hours", "CPU in use", "busiest host", "its requests a second")
WAIT_COLUMNS = (
    "machines",
    "queue",
    "organisations",
    "sites of each",
    "first page, mean",
    "at most",
    "end, mean",
    "at most",
)


def night_tables(night: Mapping[str, Any]) -> list[str]:
    """Return headings, sentences and tables; none without a simulation."""
    if not night:
        return []
    costs = "; ".join(
        f"{name} {cost['cpu']:g} CPU s and {cost['requests']:g} requests"
        for name, cost in night["costs"].items()
    )
    limits = night["limits"]
    return [
        f"### A night with {night['sites']:,} sites (simulated)",
        f"{night['pages']:,} pages; a page: {costs} ({'measured' if night['costs_are_measured'] else 'the aims'}). "
        f"Each machine has two cores and visits {limits['visitors']} pages at once; a host gets at most "
        f"{limits['host_rate']:g} requests a second, and a worker stays with a scan for {limits['batch_seconds']:g} s. "
        "All scans are due within the same hour.",
        table(RUN_COLUMNS, [_run(run) for run in night["runs"]]),
        "Minutes from the queueing of a scan until its first page is checked, and until its end:",
        table(WAIT_COLUMNS, [row for run in night["runs"] for row in _waits(run)]),
    ]


def _run(run: Mapping[str, Any]) -> list[str]:
    host = run["busiest_host"]
    return [
        str(run["machines"]), run["queue"], f"{run['hours']:.1f}", f"{run['cpu_use']:.0%}",
        f"{host['host']}, {host['minutes']:.0f} min", f"{host['requests_a_second']:g}",
    ]  # fmt: skip


def _waits(run: Mapping[str, Any]) -> Iterator[list[str]]:
    sizes = sorted({organization["sites"] for organization in run["organisations"]}, reverse=True)
    for size in sizes:
        group = [organization for organization in run["organisations"] if organization["sites"] == size]
        minutes = (
            mean(organization["first_page_mean"] for organization in group),
            max(organization["first_page_max"] for organization in group),
            mean(organization["finished_mean"] for organization in group),
            max(organization["finished_max"] for organization in group),
        )
        head = [str(run["machines"]), run["queue"], str(len(group)), str(size)]
        yield [*head, *(f"{value:.0f}" for value in minutes)]
