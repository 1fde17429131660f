import os
from pathlib import Path

import pytest

from devtools import system_packages
from devtools.system_packages import CHROMIUM, PANGO, VENV_OF_PYTHON
from scanner.browser.executables import CHROMIUM_USER
from tests.unit.devtools.script import CHROMIUM as STARTS
from tests.unit.devtools.script import NO_SANDBOX, is_root


@pytest.fixture
def program(open_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The path of the Chromium that KRAFTER_CHROMIUM names."""
    path = open_folder / "chromium"
    monkeypatch.setenv("KRAFTER_CHROMIUM", str(path))
    system_packages.chromium_problem.cache_clear()
    return path


def write(program: Path, text: str) -> None:
    program.write_text(text)
    program.chmod(0o755)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (STARTS, ""),
        (NO_SANDBOX, "does not start: the kernel refuses its sandbox"),
        ("#!/bin/sh\necho 'error while loading shared libraries: libnss3.so' >&2; exit 127\n", "libnss3.so"),
        ("#!/bin/sh\nexit 1\n", "it printed nothing"),
        ("#!/nowhere\n", "does not start"),
    ],
)
def test_problem_says_why_chromium_does_not_start(program: Path, text: str, problem: str) -> None:
    write(program, text)

    assert problem in system_packages.chromium_problem()
    assert bool(system_packages.chromium_problem()) == bool(problem)


def test_a_chromium_that_hangs_does_not_start(program: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system_packages, "START_SECONDS", 0.2)
    write(program, "#!/bin/sh\nexec sleep 30\n")

    assert "does not start within 0.2 s" in system_packages.chromium_problem()


@pytest.mark.skipif(not is_root(), reason="only root can start a process as another user")
def test_root_tries_chromium_as_the_user_that_the_scanner_starts_it_as(program: Path) -> None:
    write(
        program,
        f'#!/bin/sh\n[ "$(id -u) $(id -G)" = "{CHROMIUM_USER} {CHROMIUM_USER}" ] && touch "$HOME/x" && echo "<html>"\n',
    )
    tried = system_packages.chromium_problem()
    program.parent.chmod(0o700)
    system_packages.chromium_problem.cache_clear()

    assert (tried, f"cannot enter {program.parent}" in system_packages.chromium_problem()) == ("", True)


def test_without_a_program_chromium_is_not_installed(program: Path) -> None:
    assert system_packages.chromium_problem() == "is not installed"


@pytest.mark.parametrize(
    ("user", "setting", "arguments"),
    [
        (0, "", []),
        (0, "0", ["--no-sandbox"]),
        (1000, "", []),
        (1000, "true", []),
        (1000, "0", ["--no-sandbox"]),
    ],
)
def test_sandbox_arguments_are_those_of_the_scanner(
    monkeypatch: pytest.MonkeyPatch, user: int, setting: str, arguments: list[str]
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: user)
    monkeypatch.setenv("KRAFTER_CHROMIUM_SANDBOX", setting)

    assert system_packages.sandbox_arguments() == arguments


@pytest.mark.parametrize(("user", "sudo"), [(0, ""), (1000, "sudo ")])
def test_one_line_installs_everything_that_is_missing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, user: int, sudo: str
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    write(tmp_path / "apt-get", "#!/bin/sh\n")
    monkeypatch.setattr(os, "geteuid", lambda: user)

    assert system_packages.install_line([VENV_OF_PYTHON, PANGO, CHROMIUM]) == (
        f"{sudo}apt-get install --no-install-recommends {VENV_OF_PYTHON.apt[0]}"
        " libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 chromium-headless-shell"
    )


@pytest.mark.parametrize(
    ("user", "apt_get", "setting", "may"),
    [
        (0, True, "", True),
        (0, True, "1", False),
        (0, True, "0", True),
        (0, False, "", False),
        (1000, True, "", False),
    ],
)
def test_only_root_with_apt_installs_unless_it_is_disabled(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, user: int, apt_get: bool, setting: str, may: bool
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    if apt_get:
        write(tmp_path / "apt-get", "#!/bin/sh\n")
    monkeypatch.setattr(os, "geteuid", lambda: user)
    monkeypatch.setenv("KRAFTER_NO_SYSTEM_PACKAGES", setting)

    assert system_packages.may_install() == may
