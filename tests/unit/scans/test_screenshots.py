"""Screenshots are stored once by their hash, and returned to their project only."""

import hashlib
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from krafter_audit.http.client import RequestCredentials
from scanner.browser.browser import Browser
from scanner.page.context import PageContext
from scans import screenshots
from tests.factories import Scenario
from tests.fakes.page_checks import run_checks
from tests.fakes.website import Answer, Site, loopback_client, served
from tests.unit.scanner.checks.axe_violations import violating

pytestmark = pytest.mark.django_db
KEY, RULE = "a11y_color_contrast", "axe:color-contrast"
FAINT = Answer(violating(KEY), headers=[("Content-Type", "text/html; charset=utf-8")])


@pytest.fixture(autouse=True)
def storage(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = str(tmp_path)
    return tmp_path


@pytest.mark.needs_chromium
@pytest.mark.usefixtures("short_quiet_time")
def test_screenshot_of_a_failing_element_is_visible_to_the_project(
    scenario: Scenario, storage: Path, chrome: Browser
) -> None:
    with served(Site({"/": FAINT})) as site, loopback_client() as client:
        page = PageContext(site.url, client, browser=chrome)
        page.rendered.save_screenshot = screenshots.screenshot_saver(scenario.project.pk)
        outcome = dict(run_checks(site.url, [KEY], context=page))[KEY]
        page_with_credentials = PageContext(site.url, client, browser=chrome)
        page_with_credentials.client.credentials = RequestCredentials(
            "https://staging.example.com", {"X-Key": "k3y"}
        )
        page_with_credentials.rendered.save_screenshot = screenshots.screenshot_saver(scenario.project.pk)
        outcome_with_credentials = dict(run_checks(site.url, [KEY], context=page_with_credentials))[KEY]

    hashes = outcome.evidence["screenshots"]
    files = {path.stem: path for path in (storage / "screenshots" / str(scenario.project.pk)).iterdir()}
    assert set(hashes) == {"screen", "color-contrast"}
    assert set(files) == set(hashes.values())
    sizes = {name: Image.open(files[sha256]).size for name, sha256 in hashes.items()}
    assert sizes["screen"] == (412, 823)
    assert sizes["color-contrast"][1] < 120
    assert all(path.stat().st_size < 60_000 for path in files.values())
    assert "screenshots" not in outcome_with_credentials.evidence

    response = scenario.client.call("get", f"screenshots/{hashes['screen']}")
    assert (response.status_code, response["content-type"]) == (200, "image/jpeg")
    assert hashlib.sha256(response.content).hexdigest() == hashes["screen"]


@pytest.mark.needs_chromium
@pytest.mark.usefixtures("short_quiet_time")
def test_screenshot_that_cannot_be_stored_is_reported_and_leaves_the_outcome(
    scenario: Scenario, storage: Path, chrome: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    (storage / "screenshots").write_text("a file where the directory has to be")

    with served(Site({"/": FAINT})) as site, loopback_client() as client:
        page = PageContext(site.url, client, browser=chrome)
        page.rendered.save_screenshot = screenshots.screenshot_saver(scenario.project.pk)
        outcome = dict(run_checks(site.url, [KEY], context=page))[KEY]

    assert outcome.status == "failed"
    assert outcome.evidence["screenshots_not_stored"] == ["color-contrast", "screen"]
    assert "screenshots" not in outcome.evidence
    assert [record.levelname for record in caplog.records if record.name == screenshots.__name__] == [
        "ERROR"
    ] * 2


def test_equal_screenshots_are_stored_once_and_altered_ones_are_not_returned(
    scenario: Scenario, storage: Path
) -> None:
    names = [screenshots.store(scenario.project.pk, b"a picture") for _ in range(2)]
    kept = list((storage / "screenshots").rglob("*.jpg"))
    before = screenshots.load(scenario.project.pk, names[0])
    kept[0].write_bytes(b"another")

    assert (len(set(names)), len(kept), before) == (1, 1, b"a picture")
    assert screenshots.load(scenario.project.pk, names[0]) is None
    assert screenshots.load(scenario.project.pk, "../" * 20) is None
