"""PostgreSQL's programs of the server's major version."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
from django.conf import settings
from django.db import connection
from psycopg.conninfo import conninfo_to_dict

from operations.errors import OperationFailed

VERSION = re.compile(r"\(PostgreSQL\) (\d+)")
# Options that libpq's programs need to connect; Django's other options are for psycopg.
CONNECTION_OPTIONS = ("sslmode", "sslrootcert", "sslcert", "sslkey")
HOST_VARIABLES = {
    "host": "PGHOST",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "dbname": "PGDATABASE",
}


def find_program(name: str, major: int) -> str:
    """Return the path of a program. Raises OperationFailed, naming what was found."""
    found = []
    for path in _candidates(name, major):
        version = _major_version(path)
        if version == major:
            return path
        found.append(f"{path} ({version or 'does not run'})")
    raise OperationFailed(
        f"{name} {major} is needed, as the server's version is {major}; found: {', '.join(found) or 'none'}."
        f" Install the package postgresql-client-{major}, or set KRAFTER_PG_BIN to the directory of its programs."
    )


def _candidates(name: str, major: int) -> Iterator[str]:
    configured = settings.KRAFTER_PG_BIN and str(Path(settings.KRAFTER_PG_BIN) / name)
    paths = (configured, shutil.which(name), f"/usr/lib/postgresql/{major}/bin/{name}")
    yield from dict.fromkeys(path for path in paths if path and Path(path).exists())


def _major_version(path: str) -> int:
    ended = subprocess.run([path, "--version"], capture_output=True, text=True, check=False)
    match = VERSION.search(ended.stdout)
    return int(match[1]) if match else 0


def run_program(name: str, major: int, *arguments: str, env: Mapping[str, str]) -> None:
    """Run a program. Raises OperationFailed with the end of its messages."""
    command = [find_program(name, major), *arguments]
    ended = subprocess.run(
        command, env={**_base_environment(), **env}, capture_output=True, text=True, check=False
    )
    if ended.returncode:
        # The messages name tables and files; passwords are in the environment, which they do not repeat.
        raise OperationFailed(f"{name} failed: {' / '.join(ended.stderr.strip().splitlines()[-5:])}")


def _base_environment() -> dict[str, str]:
    libpq = {name: value for name, value in os.environ.items() if name.startswith("PG")}
    return libpq | {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"}


def server_major_version() -> int:
    connection.ensure_connection()
    return int(connection.connection.info.server_version) // 10000


def own_parameters() -> dict[str, Any]:
    configured = connection.settings_dict
    # The host is an option where it is the directory of a socket.
    known = {"host", *CONNECTION_OPTIONS}
    options = {name: value for name, value in configured["OPTIONS"].items() if name in known}
    named = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD", "dbname": "NAME"}
    return {ours: configured[name] for ours, name in named.items() if configured.get(name)} | options


def parameters_of(url: str) -> dict[str, Any]:
    try:
        return dict(conninfo_to_dict(url))
    except psycopg.Error:
        # Without its message, which repeats the URL and its password.
        raise OperationFailed("The URL of the database is not valid.") from None


def with_database(url: str, name: str) -> str:
    return urlsplit(url)._replace(path=f"/{name}").geturl()


def environment_of(parameters: Mapping[str, Any]) -> dict[str, str]:
    """Return a program's connection as variables."""
    # A command line could be read by every user of the machine.
    env = {HOST_VARIABLES[name]: str(parameters[name]) for name in HOST_VARIABLES if parameters.get(name)}
    return env | {
        f"PG{name.upper()}": str(parameters[name]) for name in CONNECTION_OPTIONS if parameters.get(name)
    }
