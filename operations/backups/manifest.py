"""The manifest of a backup: what it contains, and the ids of the keys that it needs, never the keys."""

import hashlib
import json
import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

import krafter_audit
from krafter_audit.security.vault import parse_keys
from operations.errors import OperationFailed
from remediation.evidence.chain import keyring

FORMAT = 1  # of the manifest; a restore refuses others
MANIFEST, DUMP, MEDIA = "manifest.json", "database.dump", "media.tar"
TABLES = """
    SELECT relname FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition ORDER BY 1
"""


def count_rows(cursor: Any) -> dict[str, int]:
    """Return the number of rows of each table in the cursor's transaction."""
    cursor.execute(TABLES)
    names = [name for (name,) in cursor.fetchall()]
    counts = {}
    for name in names:
        cursor.execute(f'SELECT count(*) FROM "{name}"')  # noqa: S608 - names from the catalog
        counts[name] = int(cursor.fetchone()[0])
    return counts


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write(directory: Path, *, tables: dict[str, int], server_version: int, files: int) -> dict[str, Any]:
    content = {
        "format": FORMAT,
        "created_at": timezone.now().isoformat(timespec="seconds"),
        "application": krafter_audit.__version__,
        "server_version": server_version,
        "key_ids": {
            "encryption": list(parse_keys(settings.KRAFTER_ENCRYPTION_KEYS)),
            "signing": list(keyring().public),
        },
        "tables": tables,
        "media_files": files,
        "sha256": {name: sha256_of(directory / name) for name in (DUMP, MEDIA)},
        "bytes": sum((directory / name).stat().st_size for name in (DUMP, MEDIA)),
    }
    with os.fdopen(os.open(directory / MANIFEST, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(content, file, indent=2)
    return content


def read(directory: Path) -> dict[str, Any]:
    """Return the manifest of a complete backup. Raises OperationFailed."""
    try:
        content: dict[str, Any] = json.loads((directory / MANIFEST).read_text())
    except (OSError, ValueError):
        raise OperationFailed(f"{directory} has no readable {MANIFEST}: it is no complete backup.") from None
    if content.get("format") != FORMAT:
        raise OperationFailed(f"{directory} has the format {content.get('format')}; {FORMAT} is supported.")
    for name, expected in content["sha256"].items():
        if not (directory / name).is_file() or sha256_of(directory / name) != expected:
            raise OperationFailed(f"{directory / name} is missing or damaged: its SHA-256 differs.")
    return content
