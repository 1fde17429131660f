import tarfile
from pathlib import Path
from typing import Any

import psycopg

from operations.backups import manifest
from operations.backups.programs import environment_of, parameters_of, run_program
from operations.errors import OperationFailed

COUNT_TABLES = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"


def restore(backup: Path, *, database_url: str, media_root: Path) -> dict[str, Any]:
    """Restore a backup; return its manifest. Raises OperationFailed if it is damaged, or the target is not empty."""
    content = manifest.read(backup)
    restore_files(backup, database_url=database_url, media_root=media_root)
    return content


def restore_files(backup: Path, *, database_url: str, media_root: Path) -> None:
    """Restore the files of a backup whose manifest has been read. Raises OperationFailed."""
    if media_root.is_dir() and any(media_root.iterdir()):
        raise OperationFailed(f"{media_root} is not empty.")
    parameters = parameters_of(database_url)
    version = _version_of_empty_database(parameters)
    # Without owner and privileges: `migrate` grants them to the role of the new installation.
    options = ("--no-owner", "--no-privileges", "--exit-on-error", f"--dbname={parameters.get('dbname', '')}")
    run_program(
        "pg_restore", version // 10000, *options, str(backup / manifest.DUMP), env=environment_of(parameters)
    )
    media_root.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tarfile.open(backup / manifest.MEDIA) as archive:
        archive.extractall(media_root, filter="data")


def _version_of_empty_database(parameters: dict[str, Any]) -> int:
    try:
        with psycopg.connect(**parameters, connect_timeout=10) as connection:
            [tables] = connection.execute(COUNT_TABLES).fetchone() or [0]
            version = connection.info.server_version
    except psycopg.OperationalError as error:
        # After a timeout the error itself does not name the server.
        server = ", ".join(
            f"{name} {parameters[name]}" for name in ("host", "port", "dbname") if name in parameters
        )
        raise OperationFailed(
            f"The database to restore into ({server}) cannot be used: {str(error).splitlines()[0]}."
            " Check the URL, and that the server is running and accepts connections from this machine."
        ) from None
    if tables:
        raise OperationFailed(f"The database to restore into is not empty: it has {tables} tables.")
    return version
