from collections.abc import Iterator

import pytest

from findings.browser import Browser
from krafter_audit.lib.http import AddressPolicy


@pytest.fixture(scope="session")
def _one_browser() -> Iterator[Browser]:
    with Browser(policy=AddressPolicy()) as opened:
        yield opened


@pytest.fixture
def chrome(_one_browser: Browser) -> Browser:
    """A browser that may look at everything on this machine; all tests share it, as starting one takes long."""
    _one_browser.policy = AddressPolicy.from_setting("127.0.0.0/8")
    return _one_browser
