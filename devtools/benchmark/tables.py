"""The figures as a person reads them."""

import os
import platform
import time
from typing import Any

from devtools.benchmark.measurement import Measured
from devtools.benchmark.process_stats import Memory
from devtools.benchmark.targets import Aim

INTRODUCTION = """# Benchmarks

This page is written by a run of

```
./krafter bench --findings 10000,100000,1000000 --out docs/benchmarks.md
```

which serves this API, a bare view of Django REST framework and bare WSGI with psycopg over the same table at the same
time, and asks them in turns. Fifty projects; the one that is asked about has four fifths of the findings. *CPU* is what
the application and PostgreSQL took for one request, together; *peak* is the largest process of the application so far.
Ratios of CPU hold on other machines, times on the clock say as much about what else the machine did. Why it is measured
like this: [decision 43](decisions/0043-speed-is-measured-beside-bare-views-in-one-run.md).
"""
HEAD = (
    "case",
    "asked",
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
NAMES = ("export", "rows", "freezing s", "writing s", "megabytes of file", "memory before", "peak")


def table(head: tuple[str, ...], rows: list[list[str]]) -> str:
    """Lay a Markdown table out so that it can be read as it is."""
    widths = [max(len(row[place]) for row in [list(head), *rows]) for place in range(len(head))]
    lines = [list(head), ["-" * width for width in widths], *rows]
    return "\n".join("| " + " | ".join(_laid(line, widths)) + " |" for line in lines)


def _laid(line: list[str], widths: list[int]) -> list[str]:
    number = [cell.replace(",", "").replace(".", "").strip().isdigit() for cell in line]
    return [
        cell.rjust(width) if right else cell.ljust(width)
        for cell, width, right in zip(line, widths, number, strict=True)
    ]


def of_measured(measured: list[Measured]) -> str:
    """Return the table of requests."""
    return table(HEAD, [_row(each) for each in measured])


def _row(each: Measured) -> list[str]:
    return [
        each.case, each.server, str(each.connections), f"{each.p50:.2f}", f"{each.p99:.2f}", f"{each.a_second:,.0f}",
        f"{each.statements:.1f}", f"{each.cpu:.2f}", f"{each.application:.2f}", f"{each.database:.2f}",
        f"{each.peak:.0f}",
    ]  # fmt: skip


def of_web(taken: Memory) -> str:
    """Say what the web takes when all of it is over."""
    return (
        f"A worker of the web takes {taken.resident:.0f} MB after all of it and took {taken.peak:.0f} at its highest;"
        f" {taken.share:.0f} MB are its share, where libraries that others have loaded too are divided among them."
    )


def of_exports(exports: list[dict[str, Any]]) -> str:
    """Return the table of exports."""
    rows = [
        [
            told["format"], f"{told['rows']:,}", f"{told['freezing']:.1f}", f"{told['writing']:.1f}",
            f"{(told['bytes'] or 0) / 1e6:.1f}", f"{told['before']:.0f}", f"{told['peak']:.0f}",
        ]
        for told in exports
    ]  # fmt: skip
    return table(NAMES, rows)


def of_aims(found: list[Aim]) -> str:
    """Return the table of what is aimed at."""
    rows = [[aim.what, f"{aim.value:.2f}", f"{aim.most:g}", "yes" if aim.met else "NO"] for aim in found]
    return table(("aim", "figure", "at most", "met"), rows)


def machine() -> str:
    """Say in a line on what the figures were taken."""
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
