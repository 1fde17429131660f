import os
import platform
import time
from typing import Any

from devtools.benchmark.aims import Aim
from devtools.benchmark.measurement import CaseResult
from devtools.benchmark.process_stats import ProcessMemory

START_MARKER = "<!-- figures: written by ./krafter bench --out docs/benchmarks.md -->"
END_MARKER = "<!-- end of figures -->"
RESULT_COLUMNS = (
    "case",
    "server",
    "conn.",
    "p50 ms",
    "p99 ms",
    "req/s",
    "statements",
    "CPU ms",
    "app",
    "database",
    "peak MB",
)
EXPORT_COLUMNS = ("export", "rows", "snapshot s", "writing s", "file MB", "MB before", "peak MB")


def replace_figures(page: str, figures: str, start: str = START_MARKER, end: str = END_MARKER) -> str:
    """Return the page with new figures between its markers; without markers, they are appended."""
    before, _, rest = page.partition(start)
    after = rest.partition(end)[2] or "\n"
    return f"{before.rstrip()}\n\n{start}\n\n{figures.rstrip()}\n\n{end}{after}".lstrip()


def table(head: tuple[str, ...], rows: list[list[str]]) -> str:
    widths = [max(len(row[index]) for row in [list(head), *rows]) for index in range(len(head))]
    lines = [list(head), ["-" * width for width in widths], *rows]
    return "\n".join("| " + " | ".join(_aligned(line, widths)) + " |" for line in lines)


def _aligned(line: list[str], widths: list[int]) -> list[str]:
    number = [cell.replace(",", "").replace(".", "").strip().isdigit() for cell in line]
    return [
        cell.rjust(width) if right else cell.ljust(width)
        for cell, width, right in zip(line, widths, number, strict=True)
    ]


def results_table(measured: list[CaseResult]) -> str:
    return table(RESULT_COLUMNS, [_row(result) for result in measured])


def _row(result: CaseResult) -> list[str]:
    return [
        result.case, result.server, str(result.connections), f"{result.p50:.2f}", f"{result.p99:.2f}",
        f"{result.per_second:,.0f}", f"{result.statements:.1f}", f"{result.cpu:.2f}", f"{result.application:.2f}",
        f"{result.database:.2f}", f"{result.peak:.0f}",
    ]  # fmt: skip


def memory_sentence(memory: ProcessMemory) -> str:
    return (
        f"Memory of a web worker at the end: {memory.resident:.0f} MB resident, {memory.peak:.0f} MB peak,"
        f" {memory.share:.0f} MB proportional (shared pages divided among the processes)."
    )


def exports_table(exports: list[dict[str, Any]]) -> str:
    rows = [
        [
            export["format"], f"{export['rows']:,}", f"{export['snapshot']:.1f}", f"{export['writing']:.1f}",
            f"{(export['bytes'] or 0) / 1e6:.1f}", f"{export['before']:.0f}", f"{export['peak']:.0f}",
        ]
        for export in exports
    ]  # fmt: skip
    return table(EXPORT_COLUMNS, rows)


def aims_table(aims: list[Aim]) -> str:
    rows = [[aim.what, f"{aim.value:.2f}", f"{aim.limit:g}", "yes" if aim.met else "NO"] for aim in aims]
    return table(("aim", "figure", "at most", "met"), rows)


def machine() -> str:
    model = next(
        (line.split(":")[1].strip() for line in _cpuinfo() if line.startswith("model name")),
        platform.machine(),
    )
    load = os.getloadavg()[0]
    return (
        f"{time.strftime('%Y-%m-%d %H:%M', time.gmtime())} UTC, {len(os.sched_getaffinity(0))} cores of {model}, "
        f"Linux {platform.release()}, Python {platform.python_version()}, load {load:.1f} at the end"
    )


def _cpuinfo() -> list[str]:
    try:
        with open("/proc/cpuinfo") as file:
            return file.read().splitlines()
    except OSError:
        return []
