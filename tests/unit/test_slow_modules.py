"""A test file is not imported where each of its tests is left out."""

from pathlib import Path

import pytest

from devtools import launcher
from tests import slow_modules

SOURCES = {
    "pytestmark = pytest.mark.slow": True,
    "pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]": True,
    "import pytest\n\npytestmark = pytest.mark.needs_chromium\n": True,
    "pytestmark = pytest.mark.django_db": False,
    "@pytest.mark.slow\ndef test_of_one_second(): ...\n": False,
}


@pytest.mark.parametrize(("source", "left_out"), SOURCES.items())
def test_file_is_left_out_by_the_mark_of_its_module(tmp_path: Path, source: str, left_out: bool):
    path = tmp_path / "test_it.py"
    path.write_text(source)

    expressions = (slow_modules.LEFT_OUT, "")
    assert [slow_modules.is_left_out(path, expression) for expression in expressions] == [left_out, False]


def test_run_without_arguments_leaves_them_out():
    assert slow_modules.LEFT_OUT in launcher.pytest_options([])
