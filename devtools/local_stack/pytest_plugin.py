"""A pytest plugin: a temporary PostgreSQL and Valkey for the tests.

The process that starts the tests starts both, before the settings are read; workers of pytest-xdist inherit the
addresses. Where DATABASE_URL or REDIS_URL is set, that server is used instead.
"""

import base64
import contextlib
import dataclasses
import os
import secrets
import subprocess
import tempfile
from collections.abc import Callable, Generator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from devtools.local_stack.data import password
from devtools.local_stack.postgres import APPLICATION_USER, EPHEMERAL_SETTINGS, Postgres
from devtools.local_stack.process import Command, kill_guarded, launch, run, wait_for
from devtools.local_stack.valkey import Valkey

running: list[tuple[Command, subprocess.Popen[bytes]]] = []


def start(command: Command, directory: Path, is_ready: Callable[[], bool]) -> None:
    log = directory / "log"
    command = dataclasses.replace(command, remove=(*command.remove, directory))
    # All files go with the server, also when this process is killed.
    process = launch(command, log)
    running.append((command, process))
    wait_for(is_ready, command.name, process, log)


def start_postgres() -> str:
    directory = Path(tempfile.mkdtemp(prefix="krafter-tests-"))
    server = Postgres(directory / "data", password(), EPHEMERAL_SETTINGS)
    server.prepare(lambda command: run(command, directory / "log"))
    start(server.command(), directory, server.is_ready)
    server.ensure_database()
    with contextlib.closing(server.connect("postgres")) as connection:
        connection.execute(f'create role "{APPLICATION_USER}"')
    return server.url


def start_valkey() -> str:
    directory = Path(tempfile.mkdtemp(prefix="krafter-tests-"))
    server = Valkey(directory / "data", password(), durable=False)
    server.prepare()
    start(server.command(), directory, server.is_ready)
    return server.url


def new_secrets() -> dict[str, str]:
    sealing, signing = (base64.b64encode(secrets.token_bytes(32)).decode() for _ in range(2))
    return {
        "KRAFTER_SECRET_KEY": secrets.token_urlsafe(48),
        "KRAFTER_ENCRYPTION_KEYS": f"test:{sealing}",
        "KRAFTER_SIGNING_KEYS": f"test:{signing}",
    }


def start_missing_servers() -> None:
    for name, start_server in {"DATABASE_URL": start_postgres, "REDIS_URL": start_valkey}.items():
        if not os.environ.get(name):
            os.environ[name] = start_server()
    for name, value in new_secrets().items():
        os.environ.setdefault(name, value)
    os.environ["REDIS_URL"] = with_own_database(os.environ["REDIS_URL"])


def with_own_database(redis_url: str) -> str:
    worker = os.environ.get("PYTEST_XDIST_WORKER", "").removeprefix("gw")
    if not worker:
        return redis_url
    # Valkey has sixteen numbered databases.
    return urlsplit(redis_url)._replace(path=f"/{int(worker) % 16}").geturl()


def stop() -> None:
    while running:
        command, process = running.pop()
        # Killed at once: the data is deleted anyway.
        kill_guarded(process)
        command.remove_files()


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests() -> Generator[None, None, None]:
    try:
        # Before pytest-django reads the settings.
        start_missing_servers()
    # KeyboardInterrupt too: the servers would otherwise outlive the tests.
    except BaseException:
        stop()
        raise
    return (yield)


def pytest_unconfigure() -> None:
    stop()
