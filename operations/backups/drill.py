import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings

from operations import runs
from operations.backups import manifest
from operations.backups.creation import complete_backups
from operations.backups.programs import parameters_of, with_database
from operations.backups.restoration import restore_files
from operations.errors import OperationFailed
from operations.models import RestoreDrill


def rehearse(backup: Path, *, server_url: str) -> RestoreDrill:
    """Restore a backup into a temporary database on that server, and compare. Raises OperationFailed."""
    with runs.record_run(RestoreDrill, path=str(backup)) as run:
        began = time.monotonic()
        content = manifest.read(backup)
        with (
            temporary_database(server_url) as url,
            tempfile.TemporaryDirectory(prefix="krafter-drill-") as folder,
        ):
            media = Path(folder) / "media"
            restore_files(backup, database_url=url, media_root=media)
            found = verify_restored(url, media)
        run.report = compare(content, found) | {"seconds": round(time.monotonic() - began, 1)}
        if run.report["problems"]:
            raise OperationFailed(f"The restored backup differs: {'; '.join(run.report['problems'][:5])}.")
    return run


def newest_backup(parent: Path) -> Path:
    for path in complete_backups(parent):
        return path
    raise OperationFailed(f"{parent} has no complete backup.")


@contextmanager
def temporary_database(server_url: str) -> Iterator[str]:
    """Create an empty database on a server, and drop it at the end."""
    name = f"krafter_drill_{secrets.token_hex(6)}"
    try:
        with psycopg.connect(**parameters_of(server_url), autocommit=True, connect_timeout=10) as connection:
            # template1 may have objects that the server's operator has added.
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')  # hexadecimal digits
            try:
                yield with_database(server_url, name)
            finally:
                connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    except psycopg.Error as error:
        raise OperationFailed(f"The server of the drill: {str(error).splitlines()[0]}") from None


def verify_restored(database_url: str, media_root: Path) -> dict[str, Any]:
    """Verify the restored data in a process with these settings, but for database and files."""
    env = {
        **os.environ,
        "DATABASE_URL": database_url,
        "KRAFTER_MEDIA_ROOT": str(media_root),
        "KRAFTER_S3_BUCKET": "",
        "KRAFTER_REPLICA_URL": "",
    }
    command = [sys.executable, "manage.py", "verify_data", "--json"]
    ended = subprocess.run(
        command, cwd=settings.BASE_DIR, env=env, capture_output=True, text=True, check=False
    )
    if ended.returncode:
        last = ended.stderr.strip().rpartition("\n")[2]
        raise OperationFailed(f"The restored data cannot be read: {last}")
    return json.loads(ended.stdout)


def compare(content: dict[str, Any], found: dict[str, Any]) -> dict[str, Any]:
    """Return what was compared, and a sentence for each difference."""
    expected, restored = content["tables"], found["tables"]
    problems = [
        f"{table} has {restored.get(table, 'no')} rows instead of {rows}"
        for table, rows in expected.items()
        if restored.get(table) != rows
    ]
    problems += [f"{table} is not in the manifest" for table in restored if table not in expected]
    problems += [f"{name}: {text}" for name, check in found["checks"].items() for text in check["examples"]]
    verified = {name: check["verified"] for name, check in found["checks"].items()}
    return {
        "tables": len(expected), "rows": sum(expected.values()), "media_files": content["media_files"],
        "verified": verified, "problems": problems,
    }  # fmt: skip
