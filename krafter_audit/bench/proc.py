"""What the kernel says of a process and all that came of it: CPU time and memory (Linux)."""

import os
from contextlib import suppress
from pathlib import Path

from krafter_audit.embedded.leash import descendants

TICK = os.sysconf("SC_CLK_TCK")


def tree(pid: int) -> set[int]:
    """Return the process and everything below it."""
    return {pid} | descendants(pid)


def cpu_seconds(pid: int) -> float:
    """Return the CPU time of the tree, that of children which have ended and were waited for included."""
    ticks = 0
    for each in tree(pid):
        with suppress(OSError, ValueError):
            fields = Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()
            ticks += sum(int(field) for field in fields[11:15])
    return ticks / TICK


def peak_megabytes(pid: int) -> float:
    """Return the highest resident size that the largest process of the tree has had."""
    peaks = [0.0]
    for each in tree(pid):
        with suppress(OSError):
            lines = Path(f"/proc/{each}/status").read_text().splitlines()
            peaks += [int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM:")]
    return max(peaks)
