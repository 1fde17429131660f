"""A streaming replica serves lists; clients read what they wrote, and an outage of the replica causes no error."""

import json
import secrets
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest

from devtools.benchmark.servers import SETTINGS, BenchmarkServers
from devtools.local_stack import process
from devtools.local_stack.postgres import Postgres
from devtools.local_stack.process import Command

pytestmark = pytest.mark.chaos

DATABASE = "krafter"
LIST_CALLS = (
    "SELECT coalesce(sum(calls), 0) FROM pg_stat_statements WHERE query LIKE '%FROM findings_finding%'"
)


class ReplicatedSystem:
    """A primary, its replica, and a web server that uses both."""

    def __init__(self, folder: Path) -> None:
        self.servers = BenchmarkServers(folder)
        self.servers.start()
        self.servers.make_database(DATABASE)
        self.env = self.servers.environment(DATABASE)
        self.replica = Postgres(
            folder / "replica", self.servers.postgres.password, {**SETTINGS, "hot_standby": "on"}
        )

    def start_replica(self) -> None:
        """Create the replica with pg_basebackup, as an operator does, and start it."""
        primary = self.servers.postgres
        target = self.replica.socket / "data"  # below a directory that the server's user owns
        program = str(primary.programs / "pg_basebackup")
        arguments = [
            program,
            "-h",
            str(primary.socket),
            "-U",
            "krafter",
            "-D",
            str(target),
            "-R",
            "-X",
            "stream",
        ]
        subprocess.run(
            [*arguments, "-c", "fast"],
            env={"PGPASSWORD": primary.password, "LC_ALL": "C"},
            check=True,
            user=self.replica.user[0] if self.replica.user else None,
            group=self.replica.user[1] if self.replica.user else None,
            capture_output=True,
        )
        self.replica.directory = target
        command = self.replica.command()
        self.servers.start_server(
            Command("replica", command.arguments, command.env, target, command.user, command.stop_signal)
        )
        process.wait_for(
            self.replica.is_ready, "replica", self.servers.process("replica"), self.servers.log("replica")
        )

    def manage(self, *arguments: str, **env: str) -> str:
        """Run manage.py on the primary and return what it printed."""
        completed = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            env={**self.env, "PATH": "/usr/bin:/bin", "PYTHONPATH": ".", **env},
            check=True,
            capture_output=True,
            text=True,
        )
        return completed.stdout

    def serve(self) -> None:
        """Start the web server with both databases."""
        key = f"kr_live_{secrets.token_urlsafe(32)}"
        self.manage("migrate", "--no-input", KRAFTER_DB_STATEMENT_SECONDS="0")
        self.start_replica()
        output = self.manage("seed_installation", "--api-key", key, "--admin-password", "x" * 20)
        installation = json.loads(output.splitlines()[-1])
        url = f"postgres://krafter:{self.replica.password}@/{DATABASE}?host={self.replica.socket}"
        env = {**self.env, "KRAFTER_REPLICA_URL": url, "KRAFTER_REPLICA_LAG_SECONDS": "3"}
        self.port = self.servers.serve("web", "krafter_audit.wsgi:application", env, ready="/healthz/ready")
        self.base = f"/api/v1/orgs/{installation['org_id']}/projects/{installation['project_id']}/audit/"
        self.headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}

    def request(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        data = None if body is None else json.dumps(body).encode()
        url = f"http://127.0.0.1:{self.port}{self.base}{path}"
        request = urllib.request.Request(url, data, self.headers, method=method)
        with urllib.request.urlopen(request, timeout=20) as response:
            return response.status, json.loads(response.read())

    def titles(self) -> list[str]:
        status, body = self.request("GET", "findings")
        assert status == 200
        return sorted(row["title"] for row in body["data"])

    def create_finding(self, title: str) -> None:
        status, _ = self.request("POST", "findings", {"domain": "seo", "title": title, "severity": "low"})
        assert status == 201

    def list_calls(self, server: Postgres) -> int:
        """Return how many lists of findings a database server has read."""
        with psycopg.connect(
            f"host={server.socket} user=krafter dbname={DATABASE} password={server.password}"
        ) as connection:
            row = connection.execute(LIST_CALLS).fetchone()
        return int(row[0]) if row else 0

    def database_of_lists(self) -> str:
        """Read a list and return the database that served it."""
        before = self.list_calls(self.replica)
        self.titles()
        return "replica" if self.list_calls(self.replica) > before else "primary"

    def execute_on_replica(self, statement: str) -> None:
        with self.replica.connect(DATABASE) as connection:
            connection.execute(statement)


def wait_for(database: str, system: ReplicatedSystem, seconds: float = 15) -> str:
    deadline = time.monotonic() + seconds
    while (found := system.database_of_lists()) != database and time.monotonic() < deadline:
        time.sleep(0.2)
    return found


@pytest.fixture
def system(tmp_path: Path) -> Iterator[ReplicatedSystem]:
    system = ReplicatedSystem(tmp_path)
    try:
        system.serve()
        yield system
    finally:
        with suppress(KeyError):
            system.servers.stop("web")
        system.servers.stop()


def test_replica_serves_lists_and_clients_read_what_they_wrote(system: ReplicatedSystem):
    system.create_finding("first")
    assert wait_for("replica", system) == "replica"
    assert system.titles() == ["first"]

    # The replica lags: a client that wrote reads from the primary.
    system.execute_on_replica("SELECT pg_wal_replay_pause()")
    system.create_finding("second")
    assert system.titles() == ["first", "second"]
    assert system.database_of_lists() == "primary"
    time.sleep(4)
    assert system.titles() == ["first", "second"]

    # The replica has caught up: it serves lists.
    system.execute_on_replica("SELECT pg_wal_replay_resume()")
    assert wait_for("replica", system) == "replica"
    assert system.titles() == ["first", "second"]

    # The replica is stopped: the primary serves every list.
    system.servers.stop("replica")
    assert [system.titles() for _ in range(10)] == [["first", "second"]] * 10
