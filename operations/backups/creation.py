import logging
import os
import shutil
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.core.files.storage import default_storage
from django.utils import timezone
from psycopg import IsolationLevel

from krafter_audit.api.errors import Unavailable
from operations import runs
from operations.backups import manifest
from operations.backups.programs import environment_of, own_parameters, run_program
from operations.errors import OperationFailed
from operations.models import Backup

logger = logging.getLogger(__name__)
PREFIX = "krafter-"
# The key of a session signs in: a copy of a backup must not have it, and a restore must not restore ended sessions.
SESSION_TABLES = ("django_session", "usersessions_usersession")


def back_up(parent: Path) -> Backup:
    """Create a backup below `parent`, a directory with a dump of one instant, the files and a manifest; record it.

    Raises OperationFailed.
    """
    directory = parent / f"{PREFIX}{timezone.now():%Y-%m-%dT%H%M%SZ}"
    with runs.record_run(Backup, path=str(directory)) as run:
        run.report = write_backup(directory)
    delete_old(parent)
    return run


def write_backup(directory: Path) -> dict[str, Any]:
    # Renamed at the end: a directory without this suffix is complete.
    unfinished = directory.with_name(f"{directory.name}.unfinished")
    try:
        unfinished.mkdir(mode=0o700, parents=True)
        tables, version = _dump(unfinished / manifest.DUMP)
        # After the database: every file that the dump names was written before the row that names it.
        files = _archive_media(unfinished / manifest.MEDIA)
        content = manifest.write(unfinished, tables=tables, server_version=version, files=files)
        unfinished.rename(directory)
    except OSError as error:
        raise OperationFailed(f"{error.filename or directory}: {error.strerror}.") from error
    except Unavailable as error:
        raise OperationFailed(str(error)) from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return content


def _dump(path: Path) -> tuple[dict[str, int], int]:
    parameters = own_parameters()
    with psycopg.connect(**parameters) as counting:
        counting.isolation_level, counting.read_only = IsolationLevel.REPEATABLE_READ, True
        cursor = counting.cursor()
        # This transaction is idle while pg_dump runs.
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        # The rows are counted in the snapshot that is dumped.
        cursor.execute("SELECT pg_export_snapshot()")
        [snapshot] = cursor.fetchone() or [""]
        version = counting.info.server_version
        tables = manifest.count_rows(cursor) | dict.fromkeys(SESSION_TABLES, 0)
        run_program(
            "pg_dump", version // 10000,  # the major version
            "--format=custom", f"--snapshot={snapshot}", f"--file={path}",
            *(f"--exclude-table-data={name}" for name in SESSION_TABLES),
            env=environment_of(parameters),
        )  # fmt: skip
    path.chmod(0o600)
    return tables, version


def _archive_media(path: Path) -> int:
    number = 0
    handle = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
    with handle as out, tarfile.open(fileobj=out, mode="w") as archive:
        for name in _stored_files(""):
            try:
                with default_storage.open(name, "rb") as file:
                    entry = tarfile.TarInfo(name)
                    entry.size, entry.mode = file.size, 0o600
                    entry.mtime = default_storage.get_modified_time(name).timestamp()
                    archive.addfile(entry, file)
                number += 1
            except FileNotFoundError:
                continue  # deleted meanwhile
    return number


def _stored_files(folder: str) -> Iterator[str]:
    try:
        folders, files = default_storage.listdir(folder)
    except FileNotFoundError:
        return  # nothing was stored yet
    for name in sorted(files):
        yield f"{folder}{name}"
    for name in sorted(folders):
        yield from _stored_files(f"{folder}{name}/")


def complete_backups(parent: Path) -> list[Path]:
    found = [path for path in parent.glob(f"{PREFIX}*") if (path / manifest.MANIFEST).is_file()]
    return sorted((path for path in found if path.suffix != ".unfinished"), reverse=True)


def delete_old(parent: Path) -> None:
    for path in complete_backups(parent)[settings.KRAFTER_BACKUP_KEEP :]:
        shutil.rmtree(path, ignore_errors=True)
        logger.info("deleted %s: %s backups are kept", path, settings.KRAFTER_BACKUP_KEEP)
