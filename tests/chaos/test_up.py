"""The whole system on one machine: it answers, it comes back, it ends, it leaves nothing behind."""

import contextlib
import json
import os
import shlex
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from devtools.local_stack.process import REPOSITORY
from scanner.browser.process_guard import descendants, parents
from tests.unit.devtools.local_stack.processes import eventually, kill, survivors

pytestmark = pytest.mark.chaos


class Up:
    """One `up`, started."""

    def __init__(self, place: Path, *options: str) -> None:
        self.ready = Path(options[1]) if options else place / "none"
        own = ("DATABASE_URL", "REDIS_URL", "KRAFTER_", "PYTEST", "DJANGO")
        env = {name: value for name, value in os.environ.items() if not name.startswith(own)}
        # Below a directory that is closed to others, with a space in its name, longer than a socket's may be.
        self.data = place / ("a long way down " * 8) / "data"
        arguments = ["--port", "0", "--data", str(self.data), *options]
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "devtools.local_stack.up", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=env | {"PYTHONPATH": str(REPOSITORY)},
            cwd=place,
        )

    def facts(self) -> dict[str, Any]:
        """What `--ready` wrote."""
        assert eventually(lambda: self.ready.exists() or self.process.poll() is not None, seconds=90)
        assert self.ready.exists(), self.process.communicate(timeout=5)[0]
        return dict(json.loads(self.ready.read_text()))

    def everything(self) -> set[int]:
        """All processes of the system."""
        return descendants(self.process.pid) | {self.process.pid}

    def children(self) -> dict[str, int]:
        """The process on each guard, by the name of its program."""
        names = (
            "postgres",
            "valkey-server",
            "krafter_audit.server",
            "worker",
            "beat",
            "devtools.demo.site",
        )
        below = descendants(self.process.pid)
        guards = {pid for pid in below if "process_guard.py" in command_line(pid)}
        held = {pid: command_line(pid) for pid, parent in parents() if parent in guards}
        return {name: pid for pid, line in held.items() for name in names if name in line}


def command_line(pid: int) -> list[str]:
    """The words of a process; none where it has gone meanwhile."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_text().split("\0")
    except OSError:
        return []
    # Of a path the last step: the data directory's and the environment's names may hold anything.
    return [part for word in words for part in word.rpartition("/")[2].split()]


@contextlib.contextmanager
def up(place: Path, *options: str) -> Iterator[Up]:
    system = Up(place, *options)
    try:
        yield system
    finally:
        system.process.kill()
        system.process.wait(10)


def status(url: str, headers: dict[str, str] | None = None, body: bytes | None = None) -> int:
    request = urllib.request.Request(url, headers=headers or {}, data=body)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def pasted(line: str) -> int:
    """The status that a printed curl line gets."""
    words = shlex.split(line)
    headers = dict(words[at + 1].split(": ", 1) for at, word in enumerate(words) if word == "-H")
    body = words[words.index("-d") + 1].encode() if "-d" in words else None
    return status(words[-1], headers, body)


def test_what_is_killed_comes_back_and_a_killed_supervisor_leaves_nothing_but_the_data(tmp_path):
    with up(tmp_path, "--ready", str(tmp_path / "ready.json")) as system:
        facts = system.facts()
        assert list(facts) == ["url", "org_id", "project_id", "api_key", "admin", "demo_site"]
        assert facts["project_id"] == "production-website"
        assert status(facts["demo_site"]) == 200

        second = Up(tmp_path)
        assert second.process.wait(30) == 1
        assert f"already (process {system.process.pid})" in second.process.stdout.read()

        before = system.children()
        assert sorted(before) == [
            "beat",
            "devtools.demo.site",
            "krafter_audit.server",
            "postgres",
            "valkey-server",
            "worker",
        ]
        kill(before.values())
        assert eventually(
            lambda: len(system.children()) == 6 and not set(before.values()) & system.everything()
        )
        assert eventually(lambda: status(f"{facts['url']}/healthz/ready") == 200, seconds=30)

        everything = system.everything()
        kill([system.process.pid])
        system.process.wait(5)
        assert eventually(lambda: not survivors(everything), seconds=5)

    with up(tmp_path, "--ready", str(tmp_path / "again.json")) as again:
        kept = again.facts()
        assert {**kept, "url": None} == {**facts, "url": None}
        printed = ending(again)
        lines = [line for line in printed if line.startswith("  curl")]
        assert len(lines) == 3


def ending(system: Up) -> list[str]:
    """Paste the printed lines, then end the system by SIGTERM in time; answers what it printed."""
    printed = []
    for line in system.process.stdout:
        printed.append(line.rstrip("\n"))
        if line.startswith("  curl"):
            assert pasted(line) in (200, 202), line
        if "Ctrl-C" in line:
            break
    everything = system.everything()
    started = time.monotonic()
    system.process.send_signal(signal.SIGTERM)
    assert system.process.wait(15) == 0
    assert time.monotonic() - started < 10
    assert survivors(everything) == []
    return printed
