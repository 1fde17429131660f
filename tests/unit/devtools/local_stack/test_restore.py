from pathlib import Path
from unittest.mock import Mock

import pytest

from devtools.local_stack import manage, restore


@pytest.fixture(autouse=True)
def no_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KRAFTER_DRILL_URL", raising=False)
    monkeypatch.setattr(restore, "drill", Mock(side_effect=AssertionError))


@pytest.mark.parametrize("wrong", [["--bogus"], ["one", "two"], ["--into", "postgres://127.0.0.1/shop"]])
def test_drill_with_wrong_arguments_starts_no_server(wrong: list[str], tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as ended:
        restore.main([str(tmp_path), "--drill", *wrong])

    assert ended.value.code == 2


def test_help_of_a_drill_is_that_of_the_command(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    run = Mock(side_effect=SystemExit(0))
    monkeypatch.setattr(manage, "main", run)

    with pytest.raises(SystemExit):
        restore.main([str(tmp_path), "--drill", "--help"])

    run.assert_called_once_with([str(tmp_path), "restore", "--drill", "--help"])
