"""Static files have hashed names once they are collected, and their own names before."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import StaticFilesStorage
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage

from krafter_audit.web.static_files import HashedStaticFilesStorage

NAME = "documentation/site.css"


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.STATIC_ROOT = str(tmp_path)
    return tmp_path


def test_files_keep_their_names_without_collectstatic(folder: Path) -> None:
    assert HashedStaticFilesStorage().url(NAME) == f"/static/{NAME}"


def test_collected_files_have_a_hash_and_a_compressed_copy(folder: Path) -> None:
    storage = HashedStaticFilesStorage()
    content = Path(str(finders.find(NAME))).read_bytes()
    StaticFilesStorage(location=folder).save(NAME, ContentFile(content))

    list(storage.post_process({NAME: (FileSystemStorage(folder), NAME)}))

    url = HashedStaticFilesStorage().url(NAME)
    assert re.fullmatch(r"/static/documentation/site\.[0-9a-f]{12}\.css", url)
    assert (folder / f"{url.removeprefix('/static/')}.gz").exists()
    assert not (folder / NAME).exists()  # a second copy of each file would double the image's share of them
