"""The generated parts of the documentation are written from the code."""

import shutil
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command


@pytest.fixture
def docs(settings: Any, tmp_path: Path) -> Path:
    """Return a copy of the pages with generated parts, which the command reads and writes."""
    (tmp_path / "docs").mkdir()
    for name in ("operations.md", "states.md"):
        shutil.copy(Path(django_settings.BASE_DIR) / "docs" / name, tmp_path / "docs")
    settings.BASE_DIR = tmp_path
    return tmp_path / "docs"


def output(**options: Any) -> str:
    out = StringIO()
    call_command("generate_docs", stdout=out, **options)
    return out.getvalue()


def test_pages_of_the_repository_are_up_to_date() -> None:
    assert output(check=True) == "All pages are up to date.\n"


@pytest.mark.parametrize(
    ("name", "old", "other"),
    [
        ("operations.md", "Requests per minute", "Calls per hour"),
        ("states.md", "queued --> running", "queued --> x"),
    ],
)
def test_stale_page_fails_the_check_and_is_written(docs: Path, name: str, old: str, other: str) -> None:
    page = (docs / name).read_text()
    stale = page.replace(old, other)
    (docs / name).write_text(stale)

    with pytest.raises(CommandError, match=rf"Stale: docs/{name}\. Run \./krafter manage generate_docs\."):
        output(check=True)
    unchanged = (docs / name).read_text()
    written = output()

    assert (unchanged, written, (docs / name).read_text()) == (stale, f"Written: docs/{name}.\n", page)
