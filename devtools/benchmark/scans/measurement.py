"""Measure scans, verifications and checks from outside: by the API and CPU time."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import Any

from devtools.benchmark.scans.site_process import SiteProcess
from devtools.benchmark.scans.stack import BenchmarkStack, ProjectApi
from devtools.local_stack.process import REPOSITORY

SCAN_POLL_SECONDS, VERIFICATION_POLL_SECONDS, MEMORY_POLL_SECONDS = 0.1, 0.05, 1.0
REPORT_SECONDS = 15
MAX_SECONDS = 1800
PAGE_LIMIT = 100

type Report = Callable[[str], None]


@dataclass
class Figures:
    """A case's figures. CPU is of the workers with their Chromium, or of the compared program."""

    name: str
    pages: int
    seconds: float
    cpu: float
    requests: int
    megabytes: float = 0.0
    first_finding: float | None = None
    findings: int | None = None
    outcome: str = ""
    services: dict[str, float] = field(default_factory=dict)

    @property
    def cpu_per_page(self) -> float:
        return self.cpu / self.pages

    @property
    def requests_per_page(self) -> float:
        return self.requests / self.pages

    def as_dict(self) -> dict[str, Any]:
        more = {"cpu_per_page": self.cpu_per_page, "requests_per_page": self.requests_per_page}
        return asdict(self) | {name: round(value, 2) for name, value in more.items()}


class StackMeasurement:
    def __init__(self, stack: BenchmarkStack, api: ProjectApi, site: SiteProcess, report: Report) -> None:
        self.stack, self.api, self.site, self.report = stack, api, site, report

    def scan(self, name: str) -> Figures:
        first_finding = None
        with self._measured(name, len(self.site.site.pages)) as figures:
            started = time.monotonic()
            url = f"{self.site.origin}/"
            scan = self.api.post("/scans/run", {"url": url, "trigger": "manual"})
            reported = 0.0
            while scan["status"] in ("queued", "running"):
                elapsed = time.monotonic() - started
                if elapsed > MAX_SECONDS:
                    raise TimeoutError(f"{name} takes more than {MAX_SECONDS} s.")
                if first_finding is None and self.api.get("/findings?limit=1"):
                    first_finding = elapsed
                if elapsed - reported > REPORT_SECONDS:
                    reported = elapsed
                    self._report_pages(scan["id"], elapsed)
                time.sleep(SCAN_POLL_SECONDS)
                scan = self.api.get(f"/scans/{scan['id']}")
        figures.first_finding = first_finding
        figures.findings = len(self.failed_checks())
        figures.outcome = scan["status"]
        return figures

    def failed_checks(self) -> set[str]:
        findings = self.api.get(f"/findings?limit={PAGE_LIMIT}")
        return {key for finding in findings for key in finding["evidence"].get("checks", [])}

    def verify(self, name: str, key: str, urls: Sequence[str]) -> Figures:
        title = f"Benchmark: {name}"
        assets = [{"type": "url", "value": url} for url in urls]
        body = {"domain": "security", "title": title, "severity": "high", "checks": [key]}
        finding = self.api.post("/findings", body | {"affected_assets": assets})
        task = self.api.post("/tasks", {"finding_id": finding["id"], "title": title})
        with self._measured(name, len(urls)) as figures:
            started = time.monotonic()
            verification = self.api.post("/verifications/run", {"task_id": task["id"]})
            while any(check["status"] == "running" for check in verification["checks"]):
                if time.monotonic() - started > MAX_SECONDS:
                    raise TimeoutError(f"{name} takes more than {MAX_SECONDS} s.")
                time.sleep(VERIFICATION_POLL_SECONDS)
                verification = self.api.get(f"/verifications/{verification['id']}")
        figures.outcome = ", ".join(check["status"] for check in verification["checks"])
        return figures

    @contextmanager
    def _measured(self, name: str, pages: int) -> Iterator[Figures]:
        """Fill in the block's seconds, CPU, requests and peak memory."""
        figures = Figures(name, pages, 0.0, 0.0, 0)
        before, requests = self.stack.resource_use(), self.site.requests()
        with peak_memory(self.stack.worker_megabytes) as peak:
            started = time.monotonic()
            yield figures
            figures.seconds = round(time.monotonic() - started, 2)
        use = self.stack.resource_use().since(before)
        figures.cpu, figures.services = use.workers, use.services
        figures.requests = self.site.requests() - requests
        figures.megabytes = round(peak[0])

    def _report_pages(self, scan_id: str, elapsed: float) -> None:
        pages = self.api.get(f"/scans/{scan_id}/pages")
        checked = sum(page["checked_at"] is not None for page in pages)
        self.report(f"    {elapsed:.0f} s: {checked} of {len(pages)} visits are done")


@contextmanager
def peak_memory(read: Callable[[], float]) -> Iterator[list[float]]:
    """Yield a list with the highest value read while the block runs."""
    peak, done = [read()], threading.Event()

    def sample() -> None:
        while not done.wait(MEMORY_POLL_SECONDS):
            peak[0] = max(peak[0], read())

    thread = threading.Thread(target=sample, daemon=True)
    thread.start()
    try:
        yield peak
    finally:
        done.set()
        thread.join()


def check_page(name: str, site: SiteProcess, url: str, *arguments: str) -> Figures:
    """Run `./krafter check` on one page, without its search for a Python."""
    command = [sys.executable, "-P", "-m", "scanner.cli", "--json", *arguments, url]
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY), "KRAFTER_ALLOWED_NETWORKS": "127.0.0.0/8"}
    requests = site.requests()
    ended, seconds, cpu = run_measured(command, env=environment, timeout=300)
    outcome = {0: "passed", 1: "failed", 2: "inconclusive"}.get(ended.returncode, "error")
    return Figures(name, 1, seconds, cpu, site.requests() - requests, outcome=outcome)


def run_measured(
    command: Sequence[str], **options: Any
) -> tuple[subprocess.CompletedProcess[str], float, float]:
    """Run a program to its end; return it with its seconds and CPU seconds."""
    before, started = os.times(), time.monotonic()
    ended = subprocess.run(command, capture_output=True, text=True, check=False, **options)
    seconds, after = time.monotonic() - started, os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return ended, round(seconds, 2), round(cpu, 2)
