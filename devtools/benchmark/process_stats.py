"""CPU time and memory of a process tree (Linux)."""

import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from scanner.browser.process_guard import descendants

TICK = os.sysconf("SC_CLK_TCK")


def tree(pid: int) -> set[int]:
    return {pid} | descendants(pid)


def cpu_seconds(pid: int) -> float:
    """Return the CPU time of the tree, including children that have ended."""
    ticks = 0
    for each in tree(pid):
        with suppress(OSError, ValueError):
            fields = Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()
            # utime, stime, cutime and cstime (proc_pid_stat(5)).
            ticks += sum(int(field) for field in fields[11:15])
    return ticks / TICK


@dataclass(frozen=True)
class ProcessMemory:
    """Memory of a process in megabytes: resident, peak resident, and proportional share of shared pages."""

    resident: float
    peak: float
    share: float


def memory(pid: int) -> ProcessMemory:
    return max((_memory(each) for each in tree(pid)), key=lambda found: found.resident)


def proportional_megabytes(pids: Iterable[int]) -> float:
    """Return the processes' memory together; a shared page counts once."""
    return sum(_memory(each).share for each in pids)


def _memory(pid: int) -> ProcessMemory:
    found = {"VmRSS": 0.0, "VmHWM": 0.0, "Pss": 0.0}
    for name in ("status", "smaps_rollup"):
        with suppress(OSError):
            for line in Path(f"/proc/{pid}/{name}").read_text().splitlines():
                word, _, rest = line.partition(":")
                if word in found:
                    found[word] = int(rest.split()[0]) / 1024
    return ProcessMemory(found["VmRSS"], found["VmHWM"], found["Pss"])
