"""The aims of the benchmark: ratios, so that they are valid on any machine."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from devtools.benchmark import cases
from devtools.benchmark.measurement import Measured
from devtools.benchmark.process_stats import Memory

BARE, OURS = "bare DRF", "this API"
FLATNESS = 1.2
ROOM = 0.1  # milliseconds; smaller differences are measurement noise


@dataclass(frozen=True)
class Aim:
    """A figure and its upper limit."""

    what: str
    value: float
    most: float

    @property
    def met(self) -> bool:
        """Whether the figure is within the limit."""
        return self.value <= self.most


class Figures:
    """The figures by size, server, case and connections."""

    def __init__(self, measured: list[Measured]) -> None:
        self.by = {(each.rows, each.server, each.case, each.connections): each for each in measured}
        self.sizes = sorted({each.rows for each in measured})

    def one(self, rows: int, case: str, server: str = OURS, writers: int = 1) -> Measured | None:
        """Return a case's figures over one connection, or over as many as there are writers."""
        return self.by.get((rows, server, case, writers))


def aims(measured: list[Measured], exports: list[dict[str, Any]], webs: Mapping[int, Memory]) -> list[Aim]:
    """Compare the figures with the aims."""
    figures = Figures(measured)
    found: list[Aim] = []
    for rows in figures.sizes:
        found += _beside_bare(figures, rows)
        found += _of_our_own(figures, rows)
        if rows in webs:
            found.append(Aim(f"{rows:,}: web worker at the end, MB", webs[rows].resident, 150))
    if len(figures.sizes) > 1:
        found += _flat(figures, figures.sizes[0], figures.sizes[-1])
    for told in exports:
        seconds, name = told["freezing"] + told["writing"], f"{told['rows']:,} rows as {told['format']}"
        found.append(Aim(f"export of {name}, s", seconds, 10 * max(0.1, told["rows"] / 100_000)))
        found.append(Aim(f"export of {name}, memory growth, MB", told["peak"] - told["before"], 20))
    return found


# The case, the bare case that it is compared with, and the upper limit of the ratio.
BESIDE = (
    (cases.LIST, cases.LIST, 0.7),
    (cases.ONE, cases.ONE, 0.75),
    (cases.CHANGE, cases.CHANGE, 1.2),
    (cases.APPROVE, cases.CHANGE, 2.0),
    (cases.SUMMARY, cases.LIST, 1.0),
)
STATEMENTS = ((cases.LIST, 5), (cases.ONE, 4), (cases.APPROVE, 14))


def _beside_bare(figures: Figures, rows: int) -> Iterator[Aim]:
    for case, other, most in BESIDE:
        ours, bare = figures.one(rows, case), figures.one(rows, other, BARE)
        if ours and bare:
            yield Aim(f"{rows:,}: {case}, CPU relative to bare {other}", ours.cpu / bare.cpu, most)


def _of_our_own(figures: Figures, rows: int) -> Iterator[Aim]:
    for case, most in STATEMENTS:
        ours = figures.one(rows, case)
        if ours:
            yield Aim(f"{rows:,}: {case}, statements", ours.statements, most)
    together, apart = (figures.one(rows, case, writers=2) for case in (cases.TOGETHER, cases.APART))
    if together and apart:
        yield Aim(
            f"{rows:,}: {cases.TOGETHER}, time relative to two projects", together.p50 / apart.p50, FLATNESS
        )
    bulks = figures.one(rows, cases.BULKS)
    if bulks:
        yield Aim(f"{rows:,}: 13,000 findings in bulks of 1,000, s", 13 / bulks.a_second, 5)


def _flat(figures: Figures, small: int, large: int) -> Iterator[Aim]:
    for case in cases.FLAT:
        few, many = figures.one(small, case), figures.one(large, case)
        if few and many:
            ratio = many.cpu / max(few.cpu, ROOM)
            yield Aim(f"{case}, CPU at {large:,} relative to {small:,}", ratio, FLATNESS)
