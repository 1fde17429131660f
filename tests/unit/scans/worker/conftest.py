"""Fixtures of the tests of workers."""

from datetime import timedelta

import pytest

from scans.worker import page_leases


@pytest.fixture(autouse=True)
def _all_pages_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lease all pages at once from the beginning."""
    monkeypatch.setattr(page_leases, "FIRST_PAGES_PERIOD", timedelta(0))
