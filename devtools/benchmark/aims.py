"""The aims of the benchmark: ratios, so that they are valid on any machine."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from devtools.benchmark import cases
from devtools.benchmark.measurement import CaseResult
from devtools.benchmark.process_stats import ProcessMemory

BARE, OURS = "bare DRF", "this API"
MAX_GROWTH = 1.2
NOISE_MS = 0.1  # smaller differences are measurement noise


@dataclass(frozen=True)
class Aim:
    what: str
    value: float
    limit: float

    @property
    def met(self) -> bool:
        return self.value <= self.limit


class ResultIndex:
    """The results by table size, server, case and connections."""

    def __init__(self, measured: list[CaseResult]) -> None:
        self.by = {
            (result.rows, result.server, result.case, result.connections): result for result in measured
        }
        self.sizes = sorted({result.rows for result in measured})

    def get(self, rows: int, case: str, server: str = OURS, writers: int = 1) -> CaseResult | None:
        return self.by.get((rows, server, case, writers))


def aims(
    measured: list[CaseResult], exports: list[dict[str, Any]], webs: Mapping[int, ProcessMemory]
) -> list[Aim]:
    figures = ResultIndex(measured)
    found: list[Aim] = []
    for rows in figures.sizes:
        found += _relative_to_bare(figures, rows)
        found += _absolute(figures, rows)
        if rows in webs:
            found.append(Aim(f"{rows:,}: web worker at the end, MB", webs[rows].resident, 150))
    if len(figures.sizes) > 1:
        found += _growth(figures, figures.sizes[0], figures.sizes[-1])
    for export in exports:
        seconds, name = (
            export["snapshot"] + export["writing"],
            f"{export['rows']:,} rows as {export['format']}",
        )
        # Ten seconds for 100,000 rows.
        found.append(Aim(f"export of {name}, s", seconds, 10 * max(0.1, export["rows"] / 100_000)))
        found.append(Aim(f"export of {name}, memory growth, MB", export["peak"] - export["before"], 20))
    return found


# The case, the bare case that it is compared with, and the upper limit of the ratio.
RELATIVE = (
    (cases.LIST, cases.LIST, 0.7),
    (cases.ONE, cases.ONE, 0.75),
    (cases.CHANGE, cases.CHANGE, 1.2),
    (cases.APPROVE, cases.CHANGE, 2.0),
    (cases.SUMMARY, cases.LIST, 1.0),
)
STATEMENTS = ((cases.LIST, 5), (cases.ONE, 4), (cases.APPROVE, 14))


def _relative_to_bare(figures: ResultIndex, rows: int) -> Iterator[Aim]:
    for case, other, limit in RELATIVE:
        ours, bare = figures.get(rows, case), figures.get(rows, other, BARE)
        if ours and bare:
            yield Aim(f"{rows:,}: {case}, CPU relative to bare {other}", ours.cpu / bare.cpu, limit)


def _absolute(figures: ResultIndex, rows: int) -> Iterator[Aim]:
    for case, limit in STATEMENTS:
        ours = figures.get(rows, case)
        if ours:
            yield Aim(f"{rows:,}: {case}, statements", ours.statements, limit)
    same_project, two_projects = (
        figures.get(rows, case, writers=2) for case in (cases.TOGETHER, cases.APART)
    )
    if same_project and two_projects:
        yield Aim(
            f"{rows:,}: {cases.TOGETHER}, time relative to two projects",
            same_project.p50 / two_projects.p50,
            MAX_GROWTH,
        )
    bulks = figures.get(rows, cases.BULKS)
    if bulks:
        yield Aim(f"{rows:,}: 13,000 findings in bulks of 1,000, s", 13 / bulks.per_second, 5)


def _growth(figures: ResultIndex, small: int, large: int) -> Iterator[Aim]:
    for case in cases.FLAT:
        few, many = figures.get(small, case), figures.get(large, case)
        if few and many:
            # The ratio of two tiny figures would be noise.
            ratio = many.cpu / max(few.cpu, NOISE_MS)
            yield Aim(f"{case}, CPU at {large:,} relative to {small:,}", ratio, MAX_GROWTH)
