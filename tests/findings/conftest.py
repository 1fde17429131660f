"""One Chromium for all tests that only look through it."""

from collections.abc import Iterator

import pytest

from findings.browser import Browser
from findings.visiting import sight
from krafter_audit.lib.http import AddressPolicy


@pytest.fixture(scope="session")
def one_browser() -> Iterator[Browser]:
    """A browser for fixtures that outlive a test."""
    with Browser(policy=AddressPolicy.from_setting("127.0.0.0/8")) as opened:
        yield opened


@pytest.fixture
def chrome(one_browser: Browser) -> Browser:
    """A browser that may look at everything on this machine; all tests share it, as starting one takes long."""
    one_browser.policy = AddressPolicy.from_setting("127.0.0.0/8")
    return one_browser


@pytest.fixture
def soon_quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """These pages are small: a fifth of a second without traffic is quiet enough for them."""
    monkeypatch.setattr(sight, "QUIET", 0.2)
    monkeypatch.setattr(sight, "QUIET_WHEN_TIMED", 0.6)
