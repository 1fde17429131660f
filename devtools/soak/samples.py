"""Memory and open files of each process of a system over time, and whether they grow."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from scanner.browser.process_guard import descendants, parents

WARM_UP = 0.25  # of the time, in which caches and pools are filled
MIN_SAMPLES = 8
# Growth from the first to the last quarter of the time after the warm-up.
MAX_GROWTH_MEGABYTES, MAX_GROWTH_SHARE, MAX_GROWTH_FILES = 15.0, 0.15, 10
# Part of the command line: name.
NAMES = {
    "krafter_audit.server": "web",
    "worker@": "worker",
    "scanner@": "scanner",
    "browser@": "browser",
    "verifier@": "verifier",
    "krafter_audit beat": "beat",
    "valkey-server": "valkey",
    "bin/postgres": "postgres",
}


@dataclass(frozen=True)
class Sample:
    """A process at one moment: private memory in megabytes, and open files."""

    megabytes: float
    files: int


@dataclass(frozen=True)
class Trend:
    """The medians of the first and of the last quarter of a process after the warm-up."""

    process: str
    samples: int
    before: Sample
    after: Sample

    @property
    def problem(self) -> str:
        """Return what grows, or ""."""
        allowed = max(MAX_GROWTH_MEGABYTES, MAX_GROWTH_SHARE * self.before.megabytes)
        if self.after.megabytes - self.before.megabytes > allowed:
            return "memory grows"
        return "open files grow" if self.after.files - self.before.files > MAX_GROWTH_FILES else ""

    def __str__(self) -> str:
        return (
            f"{self.process:<18} {self.before.megabytes:8.1f} → {self.after.megabytes:6.1f} MB"
            f" {self.before.files:6d} → {self.after.files:4d} files   {self.problem or 'flat'}"
        )


class History:
    """The samples of every process that was seen."""

    def __init__(self) -> None:
        self.rounds = 0
        self._samples: dict[str, dict[int, Sample]] = defaultdict(dict)

    def add(self, found: Mapping[str, Sample]) -> None:
        for process, sample in found.items():
            self._samples[process][self.rounds] = sample
        self.rounds += 1

    def write(self, path: Path) -> None:
        """Write every sample as CSV: its number, the process, megabytes, open files."""
        lines = [
            f"{number},{process},{sample.megabytes:.1f},{sample.files}"
            for process, samples in sorted(self._samples.items())
            for number, sample in sorted(samples.items())
        ]
        path.write_text("\n".join(["sample,process,megabytes,files", *lines, ""]))

    def trends(self) -> Iterator[Trend]:
        """Yield the trend of each process that ran for most of the time after the warm-up."""
        for process, samples in sorted(self._samples.items()):
            kept = [samples[number] for number in sorted(samples) if number >= WARM_UP * self.rounds]
            if len(kept) >= max(MIN_SAMPLES, self.rounds / 2):
                quarter = len(kept) // 4
                yield Trend(process, len(kept), _median(kept[:quarter]), _median(kept[-quarter:]))


def _median(samples: list[Sample]) -> Sample:
    return Sample(median(each.megabytes for each in samples), round(median(each.files for each in samples)))


def take(root: int) -> dict[str, Sample]:
    """Return a sample of each process below `root`, by its name and number; children have that of their parent."""
    parent_of = dict(parents())
    found = {}
    for pid in descendants(root):
        name = NAMES.get(next((part for part in NAMES if part in _command_line(pid)), ""), "")
        with suppress(OSError, ValueError):
            if name and "process_guard.py" not in _command_line(pid) and parent_of.get(pid):
                found[f"{name} {pid}"] = Sample(_private_megabytes(pid), _open_files(pid))
    return found


def _command_line(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    except OSError:
        return ""


def _open_files(pid: int) -> int:
    return sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir())


def _private_megabytes(pid: int) -> float:
    # Without shared pages: those of PostgreSQL's buffers count once they were used.
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_")) / 1024
