"""The demo says what the worker does while it waits."""

import pytest

from devtools.demo import client


def test_progress_is_printed_when_it_changes_and_every_five_seconds(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    now = 100.0
    monkeypatch.setattr(client.time, "monotonic", lambda: now)
    progress = client.ProgressLines()
    for now, text in [(100.0, "queued"), (101.0, "queued"), (102.0, "running"), (107.0, "running")]:  # noqa: B007
        progress.show(text)

    assert capsys.readouterr().out.splitlines() == [
        "   …  0 s: queued",
        "   …  2 s: running",
        "   …  7 s: running",
    ]


def test_progress_of_a_scan_has_the_pages_of_each_scanner() -> None:
    progress = {
        "http": {"pages_done": 1, "pages_found": 2},
        "browser": {"pages_done": 0, "pages_found": 2},
    }

    running = {"status": "running", "summary": {"progress": progress}}
    assert client.job_progress(running) == "running, browser 0/2 pages, http 1/2 pages"
    assert client.job_progress({"status": "queued"}) == "queued"
    assert client.job_progress({**running, "status": "completed"}) == ""


def test_progress_of_a_verification_has_its_checks_while_one_is_running() -> None:
    checks = [{"status": "passed"}, {"status": "running"}]

    assert client.check_progress({"checks": checks}) == "running, 1/2 checks"
    assert client.check_progress({"checks": checks[:1]}) == ""
