import json
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from devtools.benchmark.servers import responds
from devtools.benchmark.sites.content import BenchmarkSite
from devtools.benchmark.sites.server import COUNTERS_PATH, SITES
from devtools.local_stack.data import free_port
from devtools.local_stack.process import Command, kill_guarded, launch, wait_for


@dataclass(frozen=True)
class SiteProcess:
    site: BenchmarkSite
    origin: str

    @property
    def urls(self) -> list[str]:
        return [f"{self.origin}{path}" for path in self.site.pages]

    def requests(self) -> int:
        with urllib.request.urlopen(f"{self.origin}{COUNTERS_PATH}", timeout=10) as response:  # noqa: S310 - our own site
            counts: dict[str, int] = json.load(response)
        return sum(count for name, count in counts.items() if name != "connections")


@contextmanager
def served_site(name: str, latency_ms: float, log: Path) -> Iterator[SiteProcess]:
    """Serve a site while the block runs. Raises StartFailed."""
    port = free_port()
    origin = f"http://127.0.0.1:{port}"
    arguments = [sys.executable, "-m", "devtools.benchmark.sites.server", name, str(port), str(latency_ms)]
    process = launch(Command(name, arguments), log)
    try:
        wait_for(lambda: responds(f"{origin}{COUNTERS_PATH}"), f"The site {name}", process, log)
        yield SiteProcess(SITES[name](origin), origin)
    finally:
        kill_guarded(process)
