"""Processes and directories of a command end with the process that started it."""

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from devtools.local_stack.process import Command, StartFailed, kill_guarded, launch, run
from scanner.browser.process_guard import descendants
from tests.processes import kill, survivors
from tests.waiting import eventually

pytestmark = pytest.mark.slow

# A command whose child has left its session and its process group, as a daemon does.
FAMILY = "import subprocess, time; subprocess.Popen(['sleep', '60'], start_new_session=True); time.sleep(60)"


@pytest.fixture
def process_tree(tmp_path: Path) -> Iterator[tuple[object, set[int]]]:
    process = launch(Command("family", [sys.executable, "-S", "-c", FAMILY]), tmp_path / "log")
    assert eventually(lambda: len(descendants(process.pid)) == 2)
    yield process, descendants(process.pid)
    kill_guarded(process)


def test_closing_the_pipe_kills_the_command_and_its_descendants(process_tree):
    process, pids = process_tree

    kill_guarded(process)

    assert survivors(pids) == []


def test_command_ends_with_its_killed_guard(process_tree):
    process, pids = process_tree
    command = min(pids)

    process.kill()
    process.wait(5)

    assert eventually(lambda: survivors([command]) == [])
    kill(survivors(pids))  # the supervisor adopts what is left of them, and ends it; here there is none


def test_remaining_child_processes_of_a_command_are_ended(tmp_path):
    words = "import subprocess; print(subprocess.Popen(['sleep', '60'], start_new_session=True).pid)"

    run(Command("careless", [sys.executable, "-S", "-c", words]), tmp_path / "log")

    assert survivors([int((tmp_path / "log").read_text())]) == []


def test_failed_command_is_reported_with_the_end_of_its_output(tmp_path):
    command = Command("failing", [sys.executable, "-S", "-c", "print('the reason'); raise SystemExit(3)"])

    with pytest.raises(StartFailed, match=r"(?s)failing failed \(status 3\).*the reason"):
        run(command, tmp_path / "log")


def test_command_is_stopped_by_its_own_signal(tmp_path):
    words = (
        "import signal, sys, time\n"
        "signal.signal(signal.SIGINT, lambda *_: (print('in order'), sys.exit(0)))\n"
        "print('ready', flush=True)\n"
        "time.sleep(60)"
    )
    log = tmp_path / "log"
    command = Command("polite", [sys.executable, "-S", "-c", words], stop_signal=signal.SIGINT)
    process = launch(command, log)
    assert eventually(lambda: "ready" in log.read_text())

    process.terminate()

    assert process.wait(5) == 0
    assert "in order" in log.read_text()


def test_directories_are_deleted_when_the_pipe_closes_and_kept_when_the_command_ends(tmp_path):
    kept, removed = tmp_path / "kept", tmp_path / "removed"
    kept.mkdir()
    removed.mkdir()

    run(Command("ending", ["true"], remove=(kept,)), tmp_path / "log")
    process = launch(Command("staying", ["sleep", "60"], remove=(removed,)), tmp_path / "log")
    kill_guarded(process)

    assert (kept.exists(), removed.exists()) == (True, False)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_root_runs_a_command_as_the_user_it_names(tmp_path):
    command = Command("other", ["sh", "-c", "id -u; id -g; id -G"], user=(65534, 65534))

    run(command, tmp_path / "log")

    assert (tmp_path / "log").read_text().split() == ["65534", "65534", "65534"]
