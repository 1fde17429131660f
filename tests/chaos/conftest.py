"""Outages of a real system: `pytest tests/chaos -m chaos`. Other runs ignore these tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.chaos.system import System, running_system
from tests.fakes.faulty_site import FaultySite, serve


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker."""
    config.addinivalue_line("markers", "chaos: kills and stops processes of a real system; takes minutes.")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Do not import these tests unless the marker is selected."""
    if "chaos" in config.getoption("markexpr"):
        return None
    return collection_path.match("test_*.py") or None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let these tests take minutes: their outages have their own limits."""
    for item in items:
        if item.get_closest_marker("chaos"):
            item.add_marker(pytest.mark.timeout(0))


@pytest.fixture(scope="session")
def _running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    with running_system(tmp_path_factory.mktemp("chaos")) as running:
        yield running


@pytest.fixture
def system(_running: System) -> System:
    """A separate system in which every process runs."""
    _running.wait_until_ready()
    return _running


@pytest.fixture
def site() -> Iterator[FaultySite]:
    """A website on loopback whose finding is fixed."""
    with serve() as site:
        site.headers["Content-Security-Policy"] = "default-src 'self'"
        yield site
