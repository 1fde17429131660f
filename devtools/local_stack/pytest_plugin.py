"""A pytest plugin: a throw-away PostgreSQL and Valkey for the tests (`-p devtools.local_stack.pytest_plugin`).

The process that starts the tests starts both, before the settings are read; workers of pytest-xdist are
handed the addresses by the environment. Where DATABASE_URL or REDIS_URL is set, that server is used instead.
Both servers and their files go when the tests end, and when the process is killed.
"""

import base64
import dataclasses
import os
import secrets
import subprocess
import tempfile
from collections.abc import Callable, Generator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from devtools.local_stack.postgres import EPHEMERAL_SETTINGS, Postgres, new_password
from devtools.local_stack.process import Command, kill_guarded, launch, run, wait_for
from devtools.local_stack.valkey import Valkey

running: list[tuple[Command, subprocess.Popen[bytes]]] = []


def start(command: Command, place: Path, answers: Callable[[], bool]) -> None:
    """Start a server whose files are all in `place` and go with it; wait until it answers."""
    log = place / "log"
    command = dataclasses.replace(command, remove=(*command.remove, place))
    process = launch(command, log)
    running.append((command, process))
    wait_for(answers, command.name, process, log)


def start_postgres() -> str:
    """Start PostgreSQL without any care for its files; answers its URL."""
    place = Path(tempfile.mkdtemp(prefix="krafter-tests-"))
    server = Postgres(place / "data", new_password(), EPHEMERAL_SETTINGS)
    server.prepare(lambda command: run(command, place / "log"))
    start(server.command(), place, server.answers)
    server.ensure_database()
    return server.url


def start_valkey() -> str:
    """Start Valkey without files; answers its URL."""
    place = Path(tempfile.mkdtemp(prefix="krafter-tests-"))
    server = Valkey(place / "data", new_password(), durable=False)
    server.prepare()
    start(server.command(), place, server.answers)
    return server.url


def keys() -> dict[str, str]:
    """Fresh secrets for one run."""
    sealing, signing = (base64.b64encode(secrets.token_bytes(32)).decode() for _ in range(2))
    return {
        "KRAFTER_SECRET_KEY": secrets.token_urlsafe(48),
        "KRAFTER_ENCRYPTION_KEYS": f"test:{sealing}",
        "KRAFTER_SIGNING_KEYS": f"test:{signing}",
    }


def start_missing_servers() -> None:
    """Fill the environment in, with servers where none is named."""
    for name, start_server in {"DATABASE_URL": start_postgres, "REDIS_URL": start_valkey}.items():
        if not os.environ.get(name):
            os.environ[name] = start_server()
    for name, value in keys().items():
        os.environ.setdefault(name, value)
    os.environ["REDIS_URL"] = with_own_database(os.environ["REDIS_URL"])


def with_own_database(redis_url: str) -> str:
    """Give each of the processes that share a run its own numbered database, of the sixteen that there are."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "").removeprefix("gw")
    if not worker:
        return redis_url
    return urlsplit(redis_url)._replace(path=f"/{int(worker) % 16}").geturl()


def stop() -> None:
    """End the servers at once: nothing in there is worth an orderly end."""
    while running:
        command, process = running.pop()
        kill_guarded(process)
        command.remove_files()


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests() -> Generator[None, None, None]:
    """Before pytest-django reads the settings."""
    try:
        start_missing_servers()
    except BaseException:
        stop()
        raise
    return (yield)


def pytest_unconfigure() -> None:
    """The tests are over, or were broken off."""
    stop()
