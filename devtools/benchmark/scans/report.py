from collections.abc import Mapping
from typing import Any

from devtools.benchmark.night.report import night_tables
from devtools.benchmark.scans.aims import UNITS, ComparedFigure
from devtools.benchmark.scans.measurement import Figures
from devtools.benchmark.tables import machine, table

SITES = ("trivial", "realistic", "one_build")
START_MARKER = "<!-- scans: written by ./krafter bench scan --out docs/benchmarks.md -->"
END_MARKER = "<!-- end of scans -->"
COLUMNS = ("case", "pages", "s", "CPU s a page", "requests a page", "peak MB", "outcome")
AIM_COLUMNS = ("case", "figure", "value", "aim, at most", "ratio to bare", "met")


def one_line(figures: Figures) -> str:
    parts = [f"{figures.seconds:.2f} s", f"{figures.cpu_per_page:.2f} CPU s a page"]
    parts.append(f"{figures.requests_per_page:.1f} requests a page")
    parts += [f"{figures.megabytes:.0f} MB"] if figures.megabytes else []
    if figures.first_finding is not None:
        parts.append(f"first finding after {figures.first_finding:.1f} s")
    parts += [f"{figures.findings} findings"] if figures.findings is not None else []
    return ", ".join([*parts, *([figures.outcome] if figures.outcome else [])])


def markdown(
    measured: Mapping[str, Figures], compared: list[ComparedFigure], night: Mapping[str, Any], latency: float
) -> str:
    aims = [
        [
            comparison.case,
            UNITS[comparison.figure],
            _number(comparison.value),
            _number(comparison.limit),
            _number(comparison.ratio),
            _met(comparison),
        ]
        for comparison in compared
    ]
    parts = [f"{machine()}; the sites answer after {latency:g} ms"]
    parts += [table(COLUMNS, [_row(figures) for figures in measured.values()])] if measured else []
    parts += [table(AIM_COLUMNS, aims)] if aims else []
    return "\n\n".join([*parts, *night_tables(night)])


def _row(figures: Figures) -> list[str]:
    outcome = figures.outcome or ("" if figures.findings is None else f"{figures.findings} rules violated")
    return [
        figures.name, str(figures.pages), f"{figures.seconds:.2f}", f"{figures.cpu_per_page:.2f}",
        f"{figures.requests_per_page:.1f}", f"{figures.megabytes:.0f}" if figures.megabytes else "-", outcome,
    ]  # fmt: skip


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:g}"


def _met(comparison: ComparedFigure) -> str:
    if comparison.limit is None:
        return "-"
    return "yes" if comparison.met else "NO"
