"""Memory and open files of each process of a system over time, and whether they grow."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from devtools.benchmark.process_stats import command_line
from scanner.browser.process_guard import descendants

SAMPLE_SECONDS = 5.0
# The time in which caches and pools are filled: even the first export imports a renderer of 80 MB.
WARM_UP_SHARE, WARM_UP_SECONDS = 0.25, 300.0
MIN_MINUTES = 10  # twice the warm-up
MIN_SAMPLES = 8
# Growth from each third of the time after the warm-up to the next; a longer soak detects smaller leaks.
MAX_MEGABYTES, MAX_SHARE, MAX_FILES = 4.0, 0.03, 5
# Part of the command line: name.
NAMES = {
    "krafter_audit.server": "web",
    "worker@": "worker",
    "syncer@": "syncer",
    "deliverer@": "deliverer",
    "scanner@": "scanner",
    "browser@": "browser",
    "verifier@": "verifier",
    "krafter_audit beat": "beat",
    "valkey-server": "valkey",
    "bin/postgres": "postgres",
}


@dataclass(frozen=True)
class Sample:
    """A process at one moment: its own memory in megabytes, and open files."""

    megabytes: float
    files: int


@dataclass(frozen=True)
class UsageTrend:
    """The medians of a process in each third of the time after the warm-up.

    A leak grows from each third to the next; the first job of a process that was idle is one step.
    """

    process: str
    thirds: tuple[Sample, Sample, Sample]

    @property
    def problem(self) -> str:
        first, second, last = self.thirds
        memory = min(second.megabytes - first.megabytes, last.megabytes - second.megabytes)
        if memory > max(MAX_MEGABYTES, MAX_SHARE * first.megabytes):
            return "memory grows"
        files = min(second.files - first.files, last.files - second.files)
        return "open files grow" if files > MAX_FILES else ""

    def __str__(self) -> str:
        memory = " → ".join(f"{third.megabytes:6.1f}" for third in self.thirds)
        files = " → ".join(f"{third.files:3d}" for third in self.thirds)
        return f"{self.process:<14} {memory} MB  {files} files   {self.problem or 'flat'}"


class History:
    def __init__(self) -> None:
        self.rounds = 0
        self._samples: dict[str, dict[int, Sample]] = defaultdict(dict)

    def add(self, found: Mapping[str, Sample]) -> None:
        for process, sample in found.items():
            self._samples[process][self.rounds] = sample
        self.rounds += 1

    def write(self, path: Path) -> None:
        """Write every sample as CSV: number, process, megabytes, open files."""
        lines = [
            f"{number},{process},{sample.megabytes:.1f},{sample.files}"
            for process, samples in sorted(self._samples.items())
            for number, sample in sorted(samples.items())
        ]
        path.write_text("\n".join(["sample,process,megabytes,files", *lines, ""]))

    def trends(self) -> Iterator[UsageTrend]:
        """Yield the trend of each process that ran for most of the time after the warm-up."""
        first = max(WARM_UP_SHARE * self.rounds, WARM_UP_SECONDS / SAMPLE_SECONDS)
        for process, samples in sorted(self._samples.items()):
            kept = [samples[number] for number in sorted(samples) if number >= first]
            if len(kept) >= max(MIN_SAMPLES, (self.rounds - first) / 2):
                third = len(kept) // 3
                parts = kept[:third], kept[third : 2 * third], kept[-third:]
                first_third, second, last = map(_median, parts)
                yield UsageTrend(process, (first_third, second, last))


def _median(samples: list[Sample]) -> Sample:
    return Sample(
        median(sample.megabytes for sample in samples), round(median(sample.files for sample in samples))
    )


def take_samples(root: int) -> dict[str, Sample]:
    """Return a sample of each process below `root` by name and process id; a fork has its parent's name."""
    found = {}
    for pid in descendants(root):
        line = command_line(pid)
        name = next((name for part, name in NAMES.items() if part in line), "")
        with suppress(OSError, ValueError):
            if name and "process_guard.py" not in line:
                found[f"{name} {pid}"] = Sample(_own_megabytes(pid), _open_files(pid))
    return found


def _open_files(pid: int) -> int:
    return sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir())


def _own_megabytes(pid: int) -> float:
    # Anonymous memory: without PostgreSQL's buffers, and with pages that a fork shares with its parent, which would
    # otherwise seem to grow whenever a child ends.
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Anonymous:")) / 1024
