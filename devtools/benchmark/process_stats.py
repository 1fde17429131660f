"""CPU time and memory of a process tree (Linux)."""

import ctypes
import os
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from scanner.browser.process_guard import descendants

TICK = os.sysconf("SC_CLK_TCK")
LIBC = ctypes.CDLL(None)


def tree(pid: int) -> set[int]:
    return {pid} | descendants(pid)


def command_line(pid: int) -> str:
    """Return a process's command line with spaces, empty if it has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def cpu_seconds(pid: int) -> float:
    """Return the CPU time of the tree, including children that have ended."""
    ticks = 0
    for process_id in tree(pid):
        with suppress(OSError, ValueError):
            fields = Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()
            # utime, stime, cutime and cstime (proc_pid_stat(5)).
            ticks += sum(int(field) for field in fields[11:15])
    return ticks / TICK


def exact_cpu_seconds(pid: int) -> dict[int, float]:
    """Return the CPU time of each living process of the tree, by process id.

    By its clock (clock_getcpuclockid(3)) and not in ticks of 10 ms, as long as several requests.
    """
    seconds, clock = {}, ctypes.c_int()
    for process_id in tree(pid):
        if LIBC.clock_getcpuclockid(process_id, ctypes.byref(clock)) == 0:
            with suppress(OSError):
                seconds[process_id] = time.clock_gettime(clock.value)
    return seconds


def cpu_seconds_since(before: Mapping[int, float], pid: int) -> float:
    """Return the CPU time since `exact_cpu_seconds`; without processes that have ended, such as a vacuum."""
    return sum(
        seconds - before.get(process_id, 0.0) for process_id, seconds in exact_cpu_seconds(pid).items()
    )


@dataclass(frozen=True)
class ProcessMemory:
    """Memory of a process in megabytes: resident, peak resident, and proportional share of shared pages."""

    resident: float
    peak: float
    share: float


def memory(pid: int) -> ProcessMemory:
    return max((_memory(process_id) for process_id in tree(pid)), key=lambda found: found.resident)


def proportional_megabytes(pids: Iterable[int]) -> float:
    """Return the processes' memory together; a shared page counts once."""
    return sum(_memory(process_id).share for process_id in pids)


def _memory(pid: int) -> ProcessMemory:
    found = {"VmRSS": 0.0, "VmHWM": 0.0, "Pss": 0.0}
    for name in ("status", "smaps_rollup"):
        with suppress(OSError):
            for line in Path(f"/proc/{pid}/{name}").read_text().splitlines():
                word, _, rest = line.partition(":")
                if word in found:
                    found[word] = int(rest.split()[0]) / 1024
    return ProcessMemory(found["VmRSS"], found["VmHWM"], found["Pss"])
