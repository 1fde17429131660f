"""A Chromium that all tests of a process share."""

from collections.abc import Iterator

import pytest

from krafter_audit.http.client import AddressPolicy
from scanner.browser import machine_lock
from scanner.browser.browser import Browser
from scanner.page_visit import visit
from scans.worker.browser import chromium_options

ON_THIS_MACHINE = AddressPolicy.from_setting("127.0.0.0/8")


@pytest.fixture(scope="session", autouse=True)
def _lock_for_each_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Let visits of other processes run beside a timed load: these pages are far from their thresholds."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(machine_lock, "DIRECTORY", tmp_path_factory.mktemp("locks"))
        yield


@pytest.fixture(scope="session")
def one_browser() -> Iterator[Browser]:
    """A browser for fixtures that outlive a test."""
    with Browser(policy=ON_THIS_MACHINE, options=chromium_options()) as opened:
        yield opened


@pytest.fixture
def chrome(one_browser: Browser) -> Iterator[Browser]:
    """A browser that may reach every address of this machine; all tests share it, since a start takes a second."""
    yield one_browser
    one_browser.begin_run(ON_THIS_MACHINE)  # whatever the test has set: fixtures of a module use it next


@pytest.fixture
def short_quiet_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """These pages are small: a fifth of a second without traffic is quiet enough for them."""
    monkeypatch.setattr(visit, "QUIET_SECONDS", 0.2)
    monkeypatch.setattr(visit, "THROTTLED_QUIET_SECONDS", 0.6)
