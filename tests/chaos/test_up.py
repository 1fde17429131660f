"""`./krafter up` on one machine: killed processes are restarted, and no process outlives the supervisor."""

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
from scanner.browser.process_guard import descendants, process_parents
from tests.processes import kill, survivors
from tests.waiting import eventually

pytestmark = pytest.mark.chaos


class Up:
    """A started `./krafter up`."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.ready = Path(options[1]) if options else folder / "none"
        prefixes = ("DATABASE_URL", "REDIS_URL", "KRAFTER_", "PYTEST", "DJANGO")
        env = {name: value for name, value in os.environ.items() if not name.startswith(prefixes)}
        # A path that only its owner may read, contains spaces, and is longer than a socket's path may be.
        self.data = folder / ("a long way down " * 8) / "data"
        arguments = ["--port", "0", "--data", str(self.data), *options]
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "devtools.local_stack.up", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=env | {"PYTHONPATH": str(REPOSITORY)},
            cwd=folder,
        )

    def installation(self) -> dict[str, Any]:
        """Wait for the file of `--ready` and return its content."""
        assert eventually(lambda: self.ready.exists() or self.process.poll() is not None, seconds=90)
        assert self.ready.exists(), self.process.communicate(timeout=5)[0]
        return dict(json.loads(self.ready.read_text()))

    def all_pids(self) -> set[int]:
        """Return all processes of the system."""
        return descendants(self.process.pid) | {self.process.pid}

    def children(self) -> dict[str, int]:
        """Return the process of each guard by the name of its program."""
        names = (
            "postgres",
            "valkey-server",
            "krafter_audit.server",
            "worker",
            "beat",
            "devtools.demo.site",
        )
        processes = descendants(self.process.pid)
        guards = {pid for pid in processes if "process_guard.py" in command_line(pid)}
        guarded = {pid: command_line(pid) for pid, parent in process_parents() if parent in guards}
        return {name: pid for pid, line in guarded.items() for name in names if name in line}


def command_line(pid: int) -> list[str]:
    """Return the words of a command line; none if the process has ended."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_text().split("\0")
    except OSError:
        return []
    # Only the last part of a path: folder names may contain anything.
    return [part for word in words for part in word.rpartition("/")[2].split()]


@contextlib.contextmanager
def up(folder: Path, *options: str) -> Iterator[Up]:
    system = Up(folder, *options)
    try:
        yield system
    finally:
        system.process.kill()
        system.process.wait(10)


def status(url: str, headers: dict[str, str] | None = None, body: bytes | None = None) -> int:
    request = urllib.request.Request(url, headers=headers or {}, data=body)
    try:
        with urllib.request.urlopen(request, timeout=10) as response:
            return int(response.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def run_curl(line: str) -> int:
    """Send the request of a printed curl line and return the status."""
    words = shlex.split(line)
    headers = dict(words[index + 1].split(": ", 1) for index, word in enumerate(words) if word == "-H")
    body = words[words.index("-d") + 1].encode() if "-d" in words else None
    return status(words[-1], headers, body)


def test_killed_processes_are_restarted_and_a_killed_supervisor_leaves_only_the_data(tmp_path):
    with up(tmp_path, "--ready", str(tmp_path / "ready.json")) as system:
        first = system.installation()
        assert list(first) == ["url", "org_id", "project_id", "api_key", "admin", "demo_site"]
        assert first["project_id"] == "production-website"
        assert status(first["demo_site"]) == 200

        other = Up(tmp_path)
        assert other.process.wait(30) == 1
        assert f"already (process {system.process.pid})" in other.process.stdout.read()

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
            lambda: len(system.children()) == 6 and not set(before.values()) & system.all_pids()
        )
        assert eventually(lambda: status(f"{first['url']}/healthz/ready") == 200, seconds=30)

        pids = system.all_pids()
        kill([system.process.pid])
        system.process.wait(5)
        assert eventually(lambda: not survivors(pids), seconds=5)

    with up(tmp_path, "--ready", str(tmp_path / "again.json")) as again:
        second = again.installation()
        assert {**second, "url": None} == {**first, "url": None}
        printed = use_and_stop(again)
        lines = [line for line in printed if line.startswith("  curl")]
        assert len(lines) == 3


def use_and_stop(system: Up) -> list[str]:
    """Run the printed curl lines, stop the system with SIGTERM, and return what it printed."""
    printed = []
    for line in system.process.stdout:
        printed.append(line.rstrip("\n"))
        if line.startswith("  curl"):
            assert run_curl(line) in (200, 202), line
        if "Ctrl-C" in line:
            break
    pids = system.all_pids()
    started = time.monotonic()
    system.process.send_signal(signal.SIGTERM)
    assert system.process.wait(15) == 0
    assert time.monotonic() - started < 10
    assert survivors(pids) == []
    return printed
