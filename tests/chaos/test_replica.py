"""A real streaming replica: it answers lists, nobody misses what they wrote, and nobody notices when it is gone."""

import json
import secrets
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest

from devtools.benchmark.servers import SETTINGS, BenchmarkServers
from devtools.local_stack.postgres import Postgres
from devtools.local_stack.process import Command, wait_for

pytestmark = pytest.mark.chaos

DATABASE = "krafter"
LISTS = "SELECT coalesce(sum(calls), 0) FROM pg_stat_statements WHERE query LIKE '%AS page JOIN findings_finding%'"


class Pair:
    """A primary with its replica, and a web that knows both."""

    def __init__(self, place: Path) -> None:
        self.servers = BenchmarkServers(place)
        self.servers.start()
        self.servers.make_database(DATABASE)
        self.env = self.servers.environment(DATABASE)
        self.copy = Postgres(
            place / "copy", self.servers.postgres.password, {**SETTINGS, "hot_standby": "on"}
        )

    def copied(self) -> None:
        """Make the replica by pg_basebackup, as an operator does, and start it."""
        primary = self.servers.postgres
        target = self.copy.socket / "data"  # below a directory that the server's user owns
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
            user=self.copy.user[0] if self.copy.user else None,
            group=self.copy.user[1] if self.copy.user else None,
            capture_output=True,
        )
        self.copy.directory = target
        command = self.copy.command()
        self.servers._start(
            Command("replica", command.arguments, command.env, target, command.user, command.stop_signal)
        )
        wait_for(self.copy.answers, "replica", self.servers.process("replica"), self.servers.log("replica"))

    def python(self, *arguments: str, **env: str) -> str:
        """Run manage.py on the primary."""
        from sys import executable

        ran = subprocess.run(
            [executable, "manage.py", *arguments],
            env={**self.env, "PATH": "/usr/bin:/bin", "PYTHONPATH": ".", **env},
            check=True,
            capture_output=True,
            text=True,
        )
        return ran.stdout

    def serve(self) -> None:
        """Start the web with both databases."""
        key = f"kr_live_{secrets.token_urlsafe(32)}"
        self.python("migrate", "--no-input", KRAFTER_DB_STATEMENT_SECONDS="0")
        self.copied()
        made = self.python("seed_installation", "--api-key", key, "--admin-password", "x" * 20, "--json")
        facts = json.loads(made.splitlines()[-1])
        url = f"postgres://krafter:{self.copy.password}@/{DATABASE}?host={self.copy.socket}"
        env = {**self.env, "KRAFTER_REPLICA_URL": url, "KRAFTER_REPLICA_LAG_SECONDS": "3"}
        self.port = self.servers.serve("web", "krafter_audit.wsgi:application", env, ready="/healthz/ready")
        self.base = f"/api/v1/orgs/{facts['org_id']}/projects/{facts['project_id']}/audit/"
        self.headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        raw = None if body is None else json.dumps(body).encode()
        address = f"http://127.0.0.1:{self.port}{self.base}{path}"
        request = urllib.request.Request(address, raw, self.headers, method=method)  # noqa: S310
        with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310
            return answer.status, json.loads(answer.read())

    def titles(self) -> list[str]:
        status, body = self.ask("GET", "findings")
        assert status == 200
        return sorted(row["title"] for row in body["data"])

    def report(self, title: str) -> None:
        assert self.ask("POST", "findings", {"domain": "seo", "title": title, "severity": "low"})[0] == 201

    def lists_read(self, server: Postgres) -> int:
        """How many lists of findings a server has answered."""
        with psycopg.connect(
            f"host={server.socket} user=krafter dbname={DATABASE} password={server.password}"
        ) as link:
            row = link.execute(LISTS).fetchone()
        return int(row[0]) if row else 0

    def read_by(self) -> str:
        """Who answers a list now."""
        before = self.lists_read(self.copy)
        self.titles()
        return "replica" if self.lists_read(self.copy) > before else "primary"

    def tell_replica(self, statement: str) -> None:
        with self.copy.connect(DATABASE) as link:
            link.execute(statement)


def until(wanted: str, pair: Pair, seconds: float = 15) -> str:
    deadline = time.monotonic() + seconds
    while (found := pair.read_by()) != wanted and time.monotonic() < deadline:
        time.sleep(0.2)
    return found


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    made = Pair(tmp_path)
    try:
        made.serve()
        yield made
    finally:
        with suppress(KeyError):
            made.servers.stop("web")
        made.servers.stop()


def test_a_replica_answers_what_it_may_and_nobody_misses_what_they_wrote(pair: Pair):
    pair.report("first")
    assert until("replica", pair) == "replica"
    assert pair.titles() == ["first"]

    # It stands still: whoever wrote is answered by the primary at once, and reads what they wrote.
    pair.tell_replica("SELECT pg_wal_replay_pause()")
    pair.report("second")
    assert pair.titles() == ["first", "second"]
    assert pair.read_by() == "primary"
    time.sleep(4)
    assert pair.titles() == ["first", "second"]

    # It goes on, and answers again.
    pair.tell_replica("SELECT pg_wal_replay_resume()")
    assert until("replica", pair) == "replica"
    assert pair.titles() == ["first", "second"]

    # It is gone in the middle of the day: not one answer is missing.
    pair.servers.stop("replica")
    assert [pair.titles() for _ in range(10)] == [["first", "second"]] * 10
