"""Screenshots that are evidence, stored in `KRAFTER_MEDIA_ROOT` by project and SHA-256.

`remediation/evidence/screenshot_retention.py` deletes those that no row names any more.
"""

import hashlib
import logging
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from krafter_audit.api.errors import Unavailable
from scans.models import Screenshot

logger = logging.getLogger(__name__)
FOLDER = "screenshots"


def screenshot_saver(project_id: UUID) -> Callable[[bytes], str | None]:
    """Return a function that stores a screenshot of the project: its SHA-256, or None if that fails."""

    def store_or_log(image: bytes) -> str | None:
        # Before the search for a stored file, so that the file is not deleted until a row names it.
        record_references(project_id, [_name(image)])
        try:
            return store(project_id, image)
        # A full disk, or a file storage without a response: the outcome is valid without a screenshot.
        except (OSError, Unavailable) as error:
            logger.error("a screenshot of project %s could not be stored: %s", project_id, error)
            return None

    return store_or_log


def store(project_id: UUID, image: bytes) -> str:
    """Store a screenshot and return its SHA-256. Raises OSError or Unavailable."""
    sha256 = _name(image)
    path = _path(project_id, sha256)
    if not default_storage.exists(path):
        default_storage.save(path, ContentFile(image))
    return sha256


def load(project_id: UUID, sha256: str) -> bytes | None:
    """Return a screenshot of the project; None if there is none, or if the file does not match its hash."""
    # The hash comes from the URL; anything else could be a path.
    if not re.fullmatch(r"[0-9a-f]{64}", sha256):
        return None
    try:
        with default_storage.open(_path(project_id, sha256), "rb") as file:
            image = bytes(file.read())
    except FileNotFoundError:
        return None
    return image if _name(image) == sha256 else None


def record_references(project_id: UUID, hashes: Iterable[str], *, in_evidence: bool = False) -> None:
    """Record that rows of this transaction name these screenshots, so that they are kept as long as the rows.

    Call it once in a transaction.
    """
    now, updated = timezone.now(), ["last_named_at", *(["last_in_evidence_at"] if in_evidence else [])]
    Screenshot.objects.bulk_create(
        [
            Screenshot(
                project_id=project_id,
                sha256=sha256,
                last_named_at=now,
                last_in_evidence_at=now if in_evidence else None,
            )
            # Two transactions that lock the same rows in another order would wait for each other.
            for sha256 in sorted(set(hashes))
        ],
        update_conflicts=True,
        unique_fields=["project", "sha256"],
        update_fields=updated,
    )


def delete(project_id: UUID, sha256: str) -> None:
    """Delete a screenshot, if there is one. Raises OSError or Unavailable."""
    default_storage.delete(_path(project_id, sha256))


def iter_stored() -> Iterator[tuple[UUID, str]]:
    """Yield project and SHA-256 of every stored screenshot, by the names of the files."""
    with suppress(FileNotFoundError):  # no screenshot was stored yet
        for project in default_storage.listdir(FOLDER)[0]:
            for name in default_storage.listdir(f"{FOLDER}/{project}")[1]:
                yield UUID(project), name.removesuffix(".jpg")


def _name(image: bytes) -> str:
    # Named by its hash, a screenshot cannot be changed unnoticed, and equal ones are stored once.
    return hashlib.sha256(image).hexdigest()


def _path(project_id: UUID, sha256: str) -> str:
    return f"{FOLDER}/{project_id}/{sha256}.jpg"
