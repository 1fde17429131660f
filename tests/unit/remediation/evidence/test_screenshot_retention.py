"""Screenshots are deleted once no result of a scan, no finding and no evidence names them."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone

from remediation import jobs
from remediation.evidence import screenshot_retention
from scans import screenshots
from scans.models import Screenshot
from tests import factories
from tests.factories import Scenario

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _storage(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = str(tmp_path)
    settings.KRAFTER_RESULTS_KEEP_DAYS, settings.KRAFTER_EVIDENCE_KEEP_MONTHS = 90, 0


def stored(scenario: Scenario, image: bytes, *, days: float, in_evidence: bool = False) -> str:
    """Store a screenshot that a row has named for the last time so many days ago; return its hash."""
    sha256 = screenshots.store(scenario.project.pk, image)
    screenshots.record_references(scenario.project.pk, [sha256], in_evidence=in_evidence)
    named_at = timezone.now() - timedelta(days=days)
    times = {"last_named_at": named_at, **({"last_in_evidence_at": named_at} if in_evidence else {})}
    Screenshot.objects.filter(sha256=sha256, project=scenario.project).update(**times)
    return sha256


def is_stored(scenario: Scenario, sha256: str) -> bool:
    row = Screenshot.objects.filter(project=scenario.project, sha256=sha256).exists()
    assert row == (screenshots.load(scenario.project.pk, sha256) is not None)
    return row


def test_screenshot_is_deleted_after_the_results_that_named_it(scenario: Scenario) -> None:
    old = stored(scenario, b"old", days=91.5)
    recent = stored(scenario, b"recent", days=90.5)

    jobs.delete_unused_screenshots()

    assert (is_stored(scenario, old), is_stored(scenario, recent)) == (False, True)


def test_screenshot_that_a_later_result_names_is_kept(scenario: Scenario) -> None:
    sha256 = stored(scenario, b"old", days=200)
    screenshots.record_references(scenario.project.pk, [sha256])

    assert (screenshot_retention.delete_unused(), is_stored(scenario, sha256)) == (0, True)


def test_screenshot_of_evidence_is_kept_permanently_though_a_scan_named_it_later(scenario: Scenario) -> None:
    sha256 = stored(scenario, b"proof", days=2_000, in_evidence=True)
    screenshots.record_references(scenario.project.pk, [sha256])
    Screenshot.objects.update(last_named_at=timezone.now() - timedelta(days=1_000))

    assert (screenshot_retention.delete_unused(), is_stored(scenario, sha256)) == (0, True)


@pytest.mark.parametrize(
    ("named_at", "now", "kept"),
    [
        ("2030-03-01T00:00Z", "2031-03-31T23:00Z", True),  # the month is kept
        ("2030-03-01T00:00Z", "2031-04-01T23:00Z", True),  # it is dropped on this day
        ("2030-03-30T23:00Z", "2031-04-02T01:00Z", False),
        ("2030-03-31T12:00Z", "2031-04-02T01:00Z", True),  # may be of the evidence of the next day
        ("2030-03-31T12:00Z", "2031-05-02T01:00Z", False),
    ],
)
def test_screenshot_of_evidence_is_deleted_after_its_month(
    scenario: Scenario, settings: Any, time_machine: Any, named_at: str, now: str, kept: bool
) -> None:
    settings.KRAFTER_EVIDENCE_KEEP_MONTHS = 12
    time_machine.move_to(now, tick=False)
    age = datetime.fromisoformat(now) - datetime.fromisoformat(named_at)
    sha256 = stored(scenario, b"proof", days=age / timedelta(days=1), in_evidence=True)

    assert (screenshot_retention.delete_unused(), is_stored(scenario, sha256)) == (int(not kept), kept)


def test_screenshot_of_a_finding_is_kept_and_not_searched_for_in_each_run(scenario: Scenario) -> None:
    sha256 = stored(scenario, b"contrast", days=200)
    outcome = {"status": "failed", "evidence": {"screenshots": {"screen": sha256}}}
    page = {"key": "a11y_color_contrast", "url": "https://example.com/", "outcome": outcome}
    factories.finding(scenario, evidence={"pages": [page]})

    assert (screenshot_retention.delete_unused(), is_stored(scenario, sha256)) == (0, True)
    assert Screenshot.objects.get(sha256=sha256).last_named_at > timezone.now() - timedelta(minutes=1)


def test_screenshot_that_a_running_check_has_taken_again_is_kept(scenario: Scenario) -> None:
    other = factories.scenario()
    sha256, of_other = stored(scenario, b"old", days=200), stored(other, b"old", days=200)
    screenshots.screenshot_saver(scenario.project.pk)(b"old")

    assert screenshot_retention.delete_unused() == 1
    assert (is_stored(scenario, sha256), is_stored(other, of_other)) == (True, False)


def test_screenshot_that_no_row_has_ever_named_is_deleted(scenario: Scenario) -> None:
    sha256 = screenshots.screenshot_saver(scenario.project.pk)(b"of a worker that was killed")
    Screenshot.objects.update(last_named_at=timezone.now() - timedelta(days=91.5))

    assert (screenshot_retention.delete_unused(), is_stored(scenario, str(sha256))) == (1, False)


def test_nothing_is_deleted_where_results_are_kept_permanently(scenario: Scenario, settings: Any) -> None:
    settings.KRAFTER_RESULTS_KEEP_DAYS = 0
    sha256 = stored(scenario, b"old", days=2_000)

    assert (screenshot_retention.delete_unused(), is_stored(scenario, sha256)) == (0, True)


def test_screenshot_that_could_not_be_deleted_is_tried_again_and_delays_no_other_project(
    scenario: Scenario, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    other = factories.scenario()
    sha256, of_other = stored(scenario, b"old", days=300), stored(other, b"old", days=200)
    delete = default_storage.delete

    def refuse(name: str) -> None:
        if str(scenario.project.pk) in name:
            raise OSError("Read-only file system")
        delete(name)

    with monkeypatch.context() as patch:
        patch.setattr(default_storage, "delete", refuse)
        assert screenshot_retention.delete_unused() == 1
    assert (is_stored(scenario, sha256), is_stored(other, of_other)) == (True, False)
    assert "could not be deleted: Read-only file system" in caplog.text

    assert (screenshot_retention.delete_unused(), is_stored(scenario, sha256)) == (1, False)


def test_manual_review_that_waits_delays_nothing(scenario: Scenario) -> None:
    sha256 = stored(scenario, b"old", days=200)
    by_hand = factories.finding(scenario, checks=[])
    factories.verification(scenario, of=factories.task(scenario, of=by_hand), checks="running")

    assert (screenshot_retention.delete_unused(), is_stored(scenario, sha256)) == (1, False)


def test_run_without_time_left_begins_with_no_project(
    scenario: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    sha256 = stored(scenario, b"old", days=200)
    monkeypatch.setattr(screenshot_retention, "MAX_SECONDS", -1)

    assert (screenshot_retention.delete_unused(), is_stored(scenario, sha256)) == (0, True)


def test_one_run_deletes_the_oldest_of_each_project(
    scenario: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(screenshot_retention, "MAX_DELETED", 1)
    newer, older = stored(scenario, b"1", days=100), stored(scenario, b"2", days=200)

    assert screenshot_retention.delete_unused() == 1
    assert (is_stored(scenario, newer), is_stored(scenario, older)) == (True, False)


def test_no_screenshot_that_is_named_anywhere_is_deleted(
    scenario: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(screenshot_retention, "BATCH_SIZE", 2)
    other = factories.scenario()
    unnamed = [stored(scenario, f"unnamed {number}".encode(), days=300) for number in range(5)]
    first, second, third, fourth = (
        stored(scenario, f"named {number}".encode(), days=200) for number in range(4)
    )
    # Of evidence, of a recent result, and of a check that has no result yet.
    elsewhere = [
        stored(scenario, b"evidence", days=200, in_evidence=True),
        stored(scenario, b"result", days=1),
        str(screenshots.screenshot_saver(scenario.project.pk)(b"running")),
    ]

    def outcome(*names: str) -> dict[str, Any]:
        return {"outcome": {"evidence": {"screenshots": {f"rule{n}": name for n, name in enumerate(names)}}}}

    factories.finding(scenario, evidence={"pages": [outcome(), outcome(first, second), {"outcome": None}]})
    factories.finding(scenario, evidence={"pages": [outcome(second), outcome("", "no hash", third)]})
    factories.finding(scenario, status="resolved", evidence={"pages": [outcome(fourth)]})
    factories.finding(other, evidence={"pages": [outcome(*unnamed)]})

    deleted = screenshot_retention.delete_unused()

    kept = {
        sha256
        for sha256 in [*unnamed, first, second, third, fourth, *elsewhere]
        if is_stored(scenario, sha256)
    }
    assert (deleted, kept) == (5, {first, second, third, fourth, *elsewhere})


def test_screenshots_of_a_batch_that_could_not_be_deleted_are_tried_again(
    scenario: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [stored(scenario, f"old {number}".encode(), days=200) for number in range(3)]
    delete, calls = default_storage.delete, iter(range(9))

    def refuse_the_second(name: str) -> None:
        if next(calls) == 1:
            raise OSError("Read-only file system")
        delete(name)

    with monkeypatch.context() as patch:
        patch.setattr(default_storage, "delete", refuse_the_second)
        screenshot_retention.delete_unused()
    rows = Screenshot.objects.count()

    assert (rows, screenshot_retention.delete_unused()) == (3, 3)
    assert [screenshots.load(scenario.project.pk, sha256) for sha256 in names] == [None] * 3
