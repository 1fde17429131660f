"""Which of the installed Chromium executables is used."""

from pathlib import Path

import pytest

from scanner.browser import executables


def test_configured_chromium_is_preferred_then_the_headless_shell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    found = [executables.chromium("")]
    for name in ("google-chrome", "chromium", "chromium-headless-shell"):
        (tmp_path / name).touch(0o755)
        found.append(executables.chromium(""))
    found += [executables.chromium("google-chrome"), executables.chromium("/nowhere/chromium")]

    names = ("google-chrome", "chromium", "chromium-headless-shell", "google-chrome")
    assert found == [None, *(str(tmp_path / name) for name in names), None]
