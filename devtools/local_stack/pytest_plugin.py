"""A pytest plugin: a temporary PostgreSQL and Valkey for the tests.

The process that starts the tests starts both, before the settings are read; workers of pytest-xdist inherit the
addresses. Where DATABASE_URL or REDIS_URL is set, that server is used instead.
"""

import contextlib
import os
import secrets
from collections.abc import Generator
from urllib.parse import urlsplit

import pytest

from devtools.local_stack.data import first_key
from devtools.local_stack.postgres import APPLICATION_USER
from devtools.local_stack.temporary_servers import temporary_postgres, temporary_valkey

servers = contextlib.ExitStack()


def start_postgres() -> str:
    server = servers.enter_context(temporary_postgres())
    with contextlib.closing(server.connect("postgres")) as connection:
        connection.execute(f'create role "{APPLICATION_USER}"')
    return server.url


def start_valkey() -> str:
    return servers.enter_context(temporary_valkey()).url


def new_secrets() -> dict[str, str]:
    return {
        "KRAFTER_SECRET_KEY": secrets.token_urlsafe(48),
        "KRAFTER_ENCRYPTION_KEYS": first_key("test"),
        "KRAFTER_SIGNING_KEYS": first_key("test"),
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


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests() -> Generator[None, None, None]:
    try:
        # Runs before pytest-django reads the settings.
        start_missing_servers()
    # KeyboardInterrupt too: the servers would otherwise outlive the tests.
    except BaseException:
        servers.close()
        raise
    return (yield)


def pytest_unconfigure() -> None:
    servers.close()
