"""What breaks in the night, tried on a real system: `pytest tests/chaos -m chaos`; left out of every other run."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.chaos.system import System, started
from tests.fakes.faulty_site import Site, serve

HERE = Path(__file__).parent


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line(
        "markers", "chaos: kills and stops the processes of a real system; minutes, not seconds."
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave these tests out unless they are asked for by name of the marker."""
    if "chaos" in config.getoption("markexpr"):
        return
    chaos = [item for item in items if HERE in item.path.parents]
    if chaos:
        config.hook.pytest_deselected(items=chaos)
        items[:] = [item for item in items if item not in chaos]


@pytest.fixture(scope="session")
def _running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    with started(tmp_path_factory.mktemp("chaos")) as running:
        yield running


@pytest.fixture
def system(_running: System) -> System:
    """A whole system of its own, with all parts of it in order."""
    _running.in_order()
    return _running


@pytest.fixture
def site() -> Iterator[Site]:
    """A website on loopback whose finding is mended already."""
    with serve() as site:
        site.headers["Content-Security-Policy"] = "default-src 'self'"
        yield site
