"""The pictures that are evidence: kept in the storage under their project and their SHA-256, which evidence names.

A chain of evidence holds the hash alone; the file lies beside the files of reports (`KRAFTER_MEDIA_ROOT`). The same
picture is kept once, and a picture that evidence names can't be changed without its hash telling.
"""

import hashlib
import re
from collections.abc import Callable
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage


def keeper(project_id: UUID) -> Callable[[bytes], str]:
    """Return what keeps a picture for a project and answers with its SHA-256; for `RenderedPage.save_screenshot`."""
    return lambda picture: keep(project_id, picture)


def keep(project_id: UUID, picture: bytes) -> str:
    """Keep a picture and return its SHA-256."""
    sha256 = hashlib.sha256(picture).hexdigest()
    name = _name(project_id, sha256)
    if not default_storage.exists(name):
        default_storage.save(name, ContentFile(picture))
    return sha256


def read(project_id: UUID, sha256: str) -> bytes | None:
    """Return a picture of the project; None where there is none, or where what lies there is another."""
    if not re.fullmatch(r"[0-9a-f]{64}", sha256):
        return None
    try:
        with default_storage.open(_name(project_id, sha256), "rb") as file:
            picture = bytes(file.read())
    except FileNotFoundError:
        return None
    return picture if hashlib.sha256(picture).hexdigest() == sha256 else None


def _name(project_id: UUID, sha256: str) -> str:
    return f"pictures/{project_id}/{sha256}.jpg"
