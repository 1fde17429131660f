"""A site with faults for the walks through the documentation."""

import threading
from collections.abc import Iterator

import pytest

from devtools.demo.faults import FaultState
from devtools.demo.site import DemoServer


@pytest.fixture
def demo_site() -> Iterator[str]:
    """Serve the demo website with all of its faults except slow responses."""
    site = DemoServer(0, FaultState(fixed={"ttfb"}))
    threading.Thread(target=site.serve_forever, args=(0.05,), daemon=True).start()
    yield f"http://127.0.0.1:{site.server_port}"
    site.shutdown()
    site.server_close()
