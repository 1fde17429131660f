"""Serves the sites of the benchmark."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from devtools.benchmark.sites.server import BenchmarkSiteServer


@contextmanager
def served(name: str, latency: float = 0.0) -> Iterator[BenchmarkSiteServer]:
    with BenchmarkSiteServer(name, latency=latency) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield server
        server.shutdown()
