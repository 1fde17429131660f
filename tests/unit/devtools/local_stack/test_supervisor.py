"""The supervisor restarts processes that end, and fails if a process never starts."""

import subprocess
import sys
from pathlib import Path

import pytest

from devtools.local_stack.process import REPOSITORY

# In its own process: a supervisor handles the signals and the orphans of its process.
PROLOGUE = """
import os, sys, time
from pathlib import Path
from scanner.browser.process_guard import descendants
from devtools.local_stack.process import Command, StartFailed
from devtools.local_stack.supervisor import Supervisor
supervisor = Supervisor(Path(sys.argv[1]))
def program(pid):
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()[:5]
    except OSError:  # it has just ended
        return b""
def running():
    return {pid for pid in descendants(os.getpid()) if program(pid) == b"sleep"}
"""


def run_supervisor(words: str, logs: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-c", PROLOGUE + words, str(logs)],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=REPOSITORY,
        check=False,
    )
    return done.stdout + done.stderr


@pytest.mark.slow
def test_killed_process_is_restarted(tmp_path):
    output = run_supervisor(
        """
supervisor.add(Command("sleeper", ["sleep", "60"]))
supervisor.wait_until(running, "sleeper")
(first,) = running()
os.kill(first, 9)
supervisor.wait_until(lambda: running() - {first}, "sleeper")
print("back")
supervisor.stop([(["sleeper"], 3)])
print("left:", descendants(os.getpid()))
""",
        tmp_path,
    )

    assert output == "back\nleft: set()\n"


@pytest.mark.slow
def test_orphans_of_a_killed_guard_are_ended_before_the_restart(tmp_path):
    output = run_supervisor(
        """
supervisor.add(Command("family", ["sh", "-c", "sleep 60 & sleep 61; true"]))
supervisor.wait_until(lambda: len(running()) == 2, "family")
first, guard = running(), supervisor.children["family"].process.pid
os.kill(guard, 9)
supervisor.wait_until(lambda: not running() & first, "the end of the orphans", seconds=5)
supervisor.wait_until(lambda: len(running() - first) == 2, "family")
print("back")
supervisor.stop([(["family"], 3)])
print("left:", descendants(os.getpid()))
""",
        tmp_path,
    )

    assert output == "back\nleft: set()\n"


@pytest.mark.slow
def test_a_process_that_never_starts_fails_the_start_with_the_end_of_its_log(tmp_path):
    output = run_supervisor(
        """
supervisor.add(Command("broken", ["sh", "-c", "echo the reason; exit 3"]))
try:
    supervisor.wait_until(lambda: False, "broken")
except StartFailed as error:
    print(error)
""",
        tmp_path,
    )

    assert "broken ends as soon as it starts" in output
    assert "the reason" in output


@pytest.mark.slow
def test_process_that_ignores_the_stop_signal_is_killed(tmp_path):
    output = run_supervisor(
        """
supervisor.add(Command("deaf", ["sh", "-c", "trap '' TERM; sleep 60; sleep 61"]))
supervisor.wait_until(running, "deaf")
started = time.monotonic()
supervisor.stop([(["deaf"], 0.5)])
print("left:", descendants(os.getpid()), "in time:", time.monotonic() - started < 3)
""",
        tmp_path,
    )

    assert output == "left: set() in time: True\n"


@pytest.mark.slow
def test_too_large_log_is_truncated(tmp_path):
    output = run_supervisor(
        """
import devtools.local_stack.supervisor as module
module.LOG_BYTES = 1000
supervisor.add(Command("chatty", ["sh", "-c", "while :; do echo 0123456789; sleep 0.001; done"]))
log, sizes = Path(sys.argv[1]) / "chatty.log", [0]
def cut():
    sizes.append(log.stat().st_size)
    return sizes[-1] < max(sizes)
supervisor.wait_until(cut, "chatty")
print("cut")
supervisor.stop([(["chatty"], 1)])
""",
        tmp_path,
    )

    assert output == "cut\n"
