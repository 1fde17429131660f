"""The report of `./krafter doctor`."""

import json
import sys
from pathlib import Path

import pytest

from devtools import doctor, system_packages
from devtools.doctor import DoctorReport


def test_json_has_the_lines_of_programs_too(capsys: pytest.CaptureFixture[str]):
    report = DoctorReport(as_json=True)
    report.line("Python", "3.13")

    report.program(
        sys.executable, "-c", 'print(\'[{"subject": "clock", "level": "problem", "text": "late"}]\'); exit(1)'
    )
    report.program(sys.executable, "-c", "import sys; sys.exit('it broke')")

    assert (report.works, capsys.readouterr().out) == (False, "")
    assert [(line["subject"], line["level"], line["text"]) for line in report.lines] == [
        ("Python", "ok", "3.13"), ("clock", "problem", "late"), ("doctor", "problem", "it broke"),
    ]  # fmt: skip


def test_json_report_has_the_lines_and_whether_the_system_works(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr(doctor, "is_installed", lambda level: False)
    for slow in ("_packages", "_pango", "_chromium"):
        monkeypatch.setattr(doctor, slow, lambda report: None)

    works = doctor.doctor({}, tmp_path, as_json=True)

    found = json.loads(capsys.readouterr().out)
    assert found["works"] is works
    assert [line["subject"] for line in found["findings"]][:2] == ["Python", "disk"]


def test_a_named_chromium_that_does_not_exist_is_a_problem(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("KRAFTER_CHROMIUM", "/nowhere/chromium")
    system_packages.chromium_problem.cache_clear()
    report = DoctorReport(as_json=True)

    doctor._chromium(report)

    system_packages.chromium_problem.cache_clear()
    assert (report.works, report.lines) == (
        False,
        [
            {
                "subject": "Chromium",
                "level": "problem",
                "text": "KRAFTER_CHROMIUM: /nowhere/chromium is not an executable program",
            }
        ],
    )


@pytest.mark.parametrize(
    ("may_install", "works", "how"),
    [(True, True, "./krafter up installs it"), (False, False, "To install, run")],
)
def test_a_missing_venv_is_a_problem_unless_up_installs_it(
    monkeypatch: pytest.MonkeyPatch, may_install: bool, works: bool, how: str
):
    monkeypatch.setattr(system_packages, "may_install", lambda: may_install)
    report = DoctorReport(as_json=True)

    doctor._missing(report, system_packages.VENV_OF_PYTHON, needed=True)

    assert (report.works, how in str(report.lines[0]["text"])) == (works, True)
