"""The warm browser: one Chromium for the jobs of an organisation, and none without work."""

import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from scanner.browser.browser import Browser
from scanner.browser.errors import BrowserError
from scanner.browser.process_guard import descendants
from scans.worker import browser as warm
from tests.fakes.website import Answer, Site, served
from tests.processes import survivors
from tests.waiting import eventually

HTML = [("Content-Type", "text/html; charset=utf-8"), ("Set-Cookie", "seen=1")]
ORGANIZATION, OTHER = uuid.uuid4(), uuid.uuid4()


@pytest.fixture(autouse=True)
def _local_addresses(settings: Any) -> Iterator[None]:
    settings.KRAFTER_ALLOWED_NETWORKS = "127.0.0.0/8"
    yield
    warm.close_with_worker()


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with served(Site({"/": Answer("<!doctype html><title>good</title>", headers=HTML)})) as site:
        yield site


def run_job(site: Site, organization_id: uuid.UUID) -> tuple[str, set[int], Browser]:
    """Return the title of the page, Chromium's processes and the browser."""
    with warm.worker_browser(organization_id) as browser:
        with browser.page(site.url) as page:
            title = page.title()
        guard = int((browser._session.home / "pid").read_text())
        return title, {guard, *descendants(guard)}, browser


@pytest.mark.needs_chromium
def test_chromium_is_shared_without_cookies_by_the_jobs_of_an_organisation_only(site: Site):
    first = run_job(site, ORGANIZATION)
    site.requests.clear()
    second = run_job(site, ORGANIZATION)
    assert (first[0], second[0], first[2] is second[2]) == ("good", "good", True)
    assert min(first[1]) in second[1]
    assert all("cookie" not in headers for _, _, headers in site.requests)

    third = run_job(site, OTHER)
    assert (third[0], second[1] & third[1], survivors(first[1] | second[1])) == ("good", set(), [])

    warm.close_with_worker()
    assert survivors(third[1]) == []


@pytest.mark.needs_chromium
def test_idle_chromium_ends_and_the_next_job_starts_another(site: Site, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(warm, "MAX_IDLE_SECONDS", 0.1)
    _, processes, browser = run_job(site, ORGANIZATION)
    home, driver = browser._session.home, browser._session._driver_pid()

    assert driver > 0
    assert eventually(lambda: survivors({*processes, driver}) == [], seconds=10)
    assert eventually(lambda: not home.exists(), seconds=10)
    assert run_job(site, ORGANIZATION)[0] == "good"


@pytest.mark.needs_chromium
def test_address_policy_is_that_of_the_job(site: Site, settings: Any):
    run_job(site, ORGANIZATION)
    settings.KRAFTER_ALLOWED_NETWORKS = ""

    with pytest.raises(BrowserError) as refusal:
        run_job(site, ORGANIZATION)

    assert refusal.value.reason == "refused_address"


def test_options_are_the_settings_of_the_operator(settings: Any) -> None:
    settings.KRAFTER_CHROMIUM, settings.KRAFTER_CHROMIUM_SANDBOX = "/opt/chromium", True
    settings.KRAFTER_CA_FILE = "/etc/ca.pem"

    options = warm.chromium_options()

    assert (options.executable, options.sandbox, options.ca_file) == ("/opt/chromium", True, "/etc/ca.pem")


def test_worker_has_no_browser_without_chromium(settings: Any) -> None:
    settings.KRAFTER_CHROMIUM = "/nowhere/chromium"

    with warm.worker_browser(ORGANIZATION) as browser:
        assert browser is None
