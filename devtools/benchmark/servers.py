"""The servers of a run: PostgreSQL with pg_stat_statements, Valkey, and one web server at a time."""

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

import psycopg

from devtools.local_stack.data import first_key, free_port
from devtools.local_stack.postgres import USER, Postgres, settings_for_memory, total_memory
from devtools.local_stack.process import WEB_SERVER, Command, kill_guarded, launch, run, wait_for
from devtools.local_stack.temporary_system import UNLIMITED
from devtools.local_stack.valkey import Valkey

# As for `./krafter up`, with statements counted.
SETTINGS = {
    **settings_for_memory(total_memory()),
    "shared_preload_libraries": "pg_stat_statements",
    "max_connections": "200",
}
# Without the statements of PostgreSQL itself that check foreign keys.
STATEMENTS = """
    SELECT coalesce(sum(calls), 0)::bigint FROM pg_stat_statements
    WHERE query NOT LIKE '%pg_stat_statements%' AND query NOT LIKE 'SELECT % FROM ONLY % FOR KEY SHARE%'
"""
VACUUM_WORKERS = "SELECT 1 FROM pg_stat_activity WHERE backend_type = 'autovacuum worker'"


class BenchmarkServers:
    """PostgreSQL and Valkey in a directory, and the environment of the applications."""

    def __init__(self, directory: Path, python: str = sys.executable) -> None:
        self.directory, self.python = directory, python
        directory.mkdir(parents=True, exist_ok=True)
        password = directory / "password"
        if not password.exists():
            password.write_text(os.urandom(16).hex())
        self.postgres = Postgres(directory / "postgres", password.read_text(), SETTINGS)
        self.valkey = Valkey(directory / "valkey", password.read_text(), durable=False)
        self.running: dict[str, tuple[Command, subprocess.Popen[bytes]]] = {}
        self.secrets = {"KRAFTER_SECRET_KEY": os.urandom(32).hex(), "KRAFTER_ENCRYPTION_KEYS": first_key()}
        self.secrets["KRAFTER_SIGNING_KEYS"] = first_key()

    def start(self) -> None:
        log = self.directory / "initdb.log"
        self.postgres.prepare(lambda command: run(command, log))
        self.start_server(self.postgres.command())
        wait_for(self.postgres.is_ready, "PostgreSQL", self.process("postgres"), self.log("postgres"))
        self.valkey.prepare()
        self.start_server(self.valkey.command())
        wait_for(self.valkey.is_ready, "Valkey", self.process("valkey"), self.log("valkey"))

    def start_server(self, command: Command) -> None:
        self.running[command.name] = (command, launch(command, self.log(command.name)))

    def log(self, name: str) -> Path:
        return self.directory / f"{name}.log"

    def process(self, name: str) -> "subprocess.Popen[bytes]":
        return self.running[name][1]

    def pid(self, name: str) -> int:
        return self.process(name).pid

    def make_database(self, name: str) -> bool:
        """Create a database that counts statements; False if it exists."""
        with self.postgres.connect("postgres") as connection:
            if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
                return False
            connection.execute(f'CREATE DATABASE "{name}"')
        with self.postgres.connect(name) as connection:
            connection.execute("CREATE EXTENSION pg_stat_statements")
        return True

    def environment(self, database: str) -> dict[str, str]:
        socket = quote(str(self.postgres.socket), safe="/")
        url = f"postgres://{USER}:{self.postgres.password}@/{database}?host={socket}"
        media = self.directory / "media"
        return {
            **self.secrets, **UNLIMITED, "DATABASE_URL": url, "REDIS_URL": self.valkey.url,
            "DJANGO_SETTINGS_MODULE": "krafter_audit.settings", "KRAFTER_MEDIA_ROOT": str(media),
            "PYTHONUNBUFFERED": "1", "PYTHONDONTWRITEBYTECODE": "",
            "PYTHONPYCACHEPREFIX": str(self.directory / "compiled"),
        }  # fmt: skip

    def serve(self, name: str, application: str, env: Mapping[str, str], *, ready: str) -> int:
        """Serve a WSGI application as `./krafter up` does; return its port once it responds."""
        # Another process compiles the modules: compiling them takes megabytes of memory that remain in use.
        loading = f"import krafter_audit.server, {application.partition(':')[0]}"
        subprocess.run(
            [self.python, "-c", loading], env={**os.environ, **env}, capture_output=True, check=True
        )
        port = free_port()
        arguments = [self.python, *WEB_SERVER, "--host", "127.0.0.1", "--port", str(port), application]
        self.start_server(Command(name=name, arguments=arguments, env=dict(env)))
        url = f"http://127.0.0.1:{port}{ready}"
        wait_for(lambda: responds(url), name, self.process(name), self.log(name), seconds=60)
        return port

    def stop(self, *names: str) -> None:
        for name in names or tuple(reversed(self.running)):
            command, process = self.running.pop(name)
            process.terminate()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                kill_guarded(process)
            command.remove_files()

    def counter(self, database: str) -> "StatementCounter":
        return StatementCounter(self.postgres.connect(database))


class StatementCounter:
    def __init__(self, connection: "psycopg.Connection[tuple[object, ...]]") -> None:
        self.connection = connection

    def reset(self) -> None:
        self.connection.execute("SELECT pg_stat_statements_reset()")

    def settle(self) -> None:
        # Writing the loaded data must not go on during the measurement.
        self.connection.execute("CHECKPOINT")
        os.sync()

    def wait_for_vacuum(self) -> None:
        # Dead rows of the previous case must not slow a case down.
        until = time.monotonic() + 60
        while self._is_vacuuming() and time.monotonic() < until:
            time.sleep(0.5)

    def _is_vacuuming(self) -> bool:
        return bool(self.connection.execute(VACUUM_WORKERS).fetchone())

    def statements(self) -> int:
        row = self.connection.execute(STATEMENTS).fetchone()
        return int(str(row[0])) if row else 0


def responds(url: str) -> bool:
    try:
        urllib.request.urlopen(url, timeout=5).close()  # noqa: S310 - our own address
    except urllib.error.HTTPError:
        return True
    except (urllib.error.URLError, OSError):
        return False
    return True
