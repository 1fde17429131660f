"""Run one command, and kill it with all its descendants when its owner ends.

The owner holds standard input open as a pipe, or gives its process id (`--owner`). The exit status is the command's.
Run it as a file in isolated mode (`python -I -S process_guard.py`): it starts in milliseconds.
"""

import argparse
import contextlib
import ctypes
import os
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

LINUX = sys.platform.startswith("linux")
PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36  # linux/prctl.h
ABANDON_SECONDS = 2.0  # for a command to end by itself after --abandon-signal
KILL_SECONDS = 5.0  # for killed processes to be gone
TICK_SECONDS = 0.25  # between two checks of the owner and the memory


def adopt_orphans() -> None:
    """Become the parent of every orphaned descendant, so that it can be killed (Linux only)."""
    if LINUX:
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def dies_with_parent() -> Callable[[], None]:
    """Return a preexec function: the kernel kills the child when the guard is killed."""
    parent = os.getpid()
    prctl = ctypes.CDLL(None, use_errno=True).prctl if LINUX else None

    def prepare() -> None:
        # After the change of user, which clears it. The kernel sends the signal when the guard's only thread ends.
        if prctl:
            prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        # The guard ended before this call, so the kernel sends no signal.
        if os.getppid() != parent:
            os._exit(1)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)

    return prepare


def process_parents() -> Iterator[tuple[int, int]]:
    """Yield (process id, parent's process id) of every process in /proc."""
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError, ValueError):
            # The name is in brackets and may contain brackets: read after the last one.
            fields = (entry / "stat").read_text(errors="replace").rpartition(")")[2].split()
            yield int(entry.name), int(fields[1])


def descendants(root: int) -> set[int]:
    """Return the descendants of a process; needs /proc."""
    table = list(process_parents())
    found, grown = {root}, True
    # /proc has parents only; repeat until no further descendant is found.
    while grown:
        more = {pid for pid, parent in table if parent in found} - found
        found, grown = found | more, bool(more)
    return found - {root}


def memory_bytes(pids: set[int]) -> int:
    """Return the memory of the processes in bytes."""
    total, mapped = 0, 0
    for pid in pids:
        with contextlib.suppress(OSError, ValueError, KeyError):
            lines = Path(f"/proc/{pid}/status").read_text(errors="replace").splitlines()
            fields = {name: value for name, _, value in (line.partition(":") for line in lines)}
            total += sum(int(fields[name].split()[0]) for name in ("RssAnon", "RssShmem"))
            # Mapped files, such as Chromium's own program, are shared by the processes and count once.
            mapped = max(mapped, int(fields["RssFile"].split()[0]))
    return (total + mapped) * 1024


def process_exists(pid: int) -> bool:
    """Return whether the process exists; a zombie does."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # The process belongs to another user.
    except PermissionError:
        return True
    return True


def is_running(pid: int) -> bool:
    """Return whether the process runs; a zombie does not."""
    if not process_exists(pid):
        return False
    try:
        # The state follows the name of the program, which may contain spaces and brackets.
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return True


def send_signal(pid: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(pid, number)


def reap() -> dict[int, int]:
    """Return the exit statuses of the children that have ended, by process id."""
    ended: dict[int, int] = {}
    with contextlib.suppress(ChildProcessError):
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                break
            ended[pid] = os.waitstatus_to_exitcode(status)
    return ended


def kill_everything(main: int) -> None:
    """Kill the command and all its descendants, and wait until they are gone."""
    deadline = time.monotonic() + KILL_SECONDS
    while time.monotonic() < deadline:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            # First the group, at once; descendants that have left it are searched for.
            os.killpg(main, signal.SIGKILL)
        below = descendants(os.getpid()) if LINUX else set()
        for pid in below:
            send_signal(pid, signal.SIGKILL)
        reap()
        try:
            os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:  # no child is left
            if not below:
                return
        time.sleep(0.01)


class ProcessGuard:
    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.status: int | None = None
        self.out_of_memory = False
        self.waking, waker = os.pipe()
        # Signals write into this pipe and so end `select` (signal.set_wakeup_fd).
        for end in (self.waking, waker):
            os.set_blocking(end, False)
        signal.set_wakeup_fd(waker, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGTERM, self.forward_stop)
        for number in (signal.SIGINT, signal.SIGHUP):
            # A handler and not SIG_IGN, which the command would inherit.
            signal.signal(number, lambda *_: None)
        self.command = self.start()

    def start(self) -> subprocess.Popen[bytes]:
        uid, gid = self.options.user or (None, None)
        return subprocess.Popen(
            self.options.command,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=dies_with_parent(),  # safe: this process has one thread
            pass_fds=self.options.inherit,
            user=uid,
            group=gid,
            # Otherwise the command would keep the supplementary groups of root.
            extra_groups=None if uid is None else [],
        )

    def forward_stop(self, *_: object) -> None:
        if self.status is None:
            send_signal(self.command.pid, self.options.stop_signal)

    def watch(self, seconds: float | None) -> bool:
        """Wait until the command ends (True), or until it must end or the time is over (False)."""
        polls = bool(self.options.owner or self.options.memory)
        deadline = None if seconds is None else time.monotonic() + seconds
        inputs = [0] if seconds is None and not self.options.owner else []
        while True:
            self.status = reap().get(self.command.pid, self.status)
            if self.status is not None:
                return True
            left = None if deadline is None else max(0.0, deadline - time.monotonic())
            if left == 0.0 or (polls and self.must_end()):
                return False
            left = min(TICK_SECONDS, left or TICK_SECONDS) if polls else left
            ready, _, _ = select.select([*inputs, self.waking], [], [], left)
            if self.waking in ready:
                os.read(self.waking, 4096)
            # The owner has closed its end of standard input.
            if 0 in ready and not os.read(0, 4096):
                return False

    def owner_is_gone(self) -> bool:
        return bool(self.options.owner) and not process_exists(self.options.owner)

    def must_end(self) -> bool:
        """Return whether the owner has ended or the memory exceeds its limit, which is noted in a file."""
        if self.owner_is_gone():
            return True
        cap = self.options.memory
        if not cap or not LINUX or memory_bytes(descendants(os.getpid())) <= cap:
            return False
        self.out_of_memory = True
        if self.options.note:
            self.options.note.write_text("memory")
        return True

    def run(self) -> int:
        """Wait until the command ends or must end; return the exit status."""
        abandoned = not self.watch(None) or self.owner_is_gone()
        if abandoned and self.options.abandon_signal:
            send_signal(self.command.pid, self.options.abandon_signal)
            self.watch(ABANDON_SECONDS)
        kill_everything(self.command.pid)
        for path in self.options.remove if abandoned and not self.out_of_memory else []:
            shutil.rmtree(path, ignore_errors=True)
        # Reaped above: `Popen` would wait for it again.
        self.command.returncode = self.status = -signal.SIGKILL if self.status is None else self.status
        # As a shell reports it: 128 and the number of the signal.
        return self.status if self.status >= 0 else 128 - self.status


def user_and_group(text: str) -> tuple[int, int]:
    """Parse `uid:gid`."""
    uid, _, gid = text.partition(":")
    return int(uid), int(gid)


def parse_arguments(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--stop-signal", type=int, default=int(signal.SIGTERM), help="sent to the command to stop it"
    )
    parser.add_argument(
        "--abandon-signal", type=int, default=0, help="tried before SIGKILL when the pipe closes"
    )
    parser.add_argument("--user", type=user_and_group, help="uid:gid that the command runs as")
    parser.add_argument(
        "--remove", action="append", default=[], help="a directory to delete when the pipe closes"
    )
    parser.add_argument("--owner", type=int, help="a process id whose end counts instead of the pipe's")
    parser.add_argument("--memory", type=int, help="the limit in bytes for all processes together")
    parser.add_argument(
        "--note", type=Path, help="a file that gets the word `memory` when the limit is exceeded"
    )
    parser.add_argument(
        "--inherit", type=int, action="append", default=[], help="a file descriptor that the command inherits"
    )
    parser.add_argument("command", nargs="+")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    adopt_orphans()
    sys.exit(ProcessGuard(parse_arguments()).run())
