"""A PostgreSQL and a Valkey whose data are deleted at the end, also when this process is killed."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from devtools.local_stack.data import password
from devtools.local_stack.postgres import EPHEMERAL_SETTINGS, Postgres
from devtools.local_stack.process import Command, kill_guarded, launch, run, wait_for
from devtools.local_stack.valkey import Valkey


@contextmanager
def temporary_postgres() -> Iterator[Postgres]:
    """Run a PostgreSQL with an empty database. Raises StartFailed."""
    directory = Path(tempfile.mkdtemp(prefix="krafter-postgres-"))
    server = Postgres(directory / "data", password(), EPHEMERAL_SETTINGS)
    server.prepare(lambda command: run(command, directory / "log"))
    with _running(server.command(), directory, server.is_ready):
        server.ensure_database()
        yield server


@contextmanager
def temporary_valkey() -> Iterator[Valkey]:
    directory = Path(tempfile.mkdtemp(prefix="krafter-valkey-"))
    server = Valkey(directory / "data", password(), durable=False)
    server.prepare()
    with _running(server.command(), directory, server.is_ready):
        yield server


@contextmanager
def _running(command: Command, directory: Path, is_ready: Callable[[], bool]) -> Iterator[None]:
    command, log = replace(command, remove=(*command.remove, directory)), directory / "log"
    process = launch(command, log)
    try:
        wait_for(is_ready, command.name, process, log)
        yield
    finally:
        # Killed at once: the data is deleted anyway.
        kill_guarded(process)
        command.remove_files()
