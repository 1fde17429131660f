"""Runs one command and sees to it that nothing of it outlives the one who asked for it.

Standard input is a pipe that the supervisor holds open: when it closes, for whatever reason, `kill -9` of the
supervisor among them, the command and all that came of it are killed. When the command ends by itself, what
it left running is killed as well, and its exit status becomes the leash's own. Who cannot hold a pipe names the
process that it is for (`--owner`); and the memory of all of it together can be capped (`--memory`, Linux alone).

Runs as a plain file in isolated mode (`python -I -S leash.py`), so it costs milliseconds and imports the
standard library alone.
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
QUIET_SECONDS = 2.0
TICK_SECONDS = 0.25  # between two looks at the owner and the memory


def adopt_orphans() -> None:
    """Become the parent of every orphaned descendant, so that none is out of reach (Linux alone)."""
    if LINUX:
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def dies_with_parent() -> Callable[[], None]:
    """What a child runs before it becomes the command: the kernel ends it when the leash is killed."""
    parent = os.getpid()
    prctl = ctypes.CDLL(None, use_errno=True).prctl if LINUX else None

    def prepare() -> None:
        # After the change of user, which would clear it. The signal goes by the parent's thread: it has one.
        if prctl:
            prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)

    return prepare


def parents() -> Iterator[tuple[int, int]]:
    """(process, its parent) for every process that /proc shows."""
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError, ValueError):
            # The name stands in brackets and may hold anything, a bracket too: read from the last one on.
            fields = (entry / "stat").read_text(errors="replace").rpartition(")")[2].split()
            yield int(entry.name), int(fields[1])


def descendants(root: int) -> set[int]:
    """Every process below `root`; needs /proc."""
    table = list(parents())
    found, grown = {root}, True
    while grown:
        more = {pid for pid, parent in table if parent in found} - found
        found, grown = found | more, bool(more)
    return found - {root}


def memory(pids: set[int]) -> int:
    """Bytes of memory that the processes hold; what they have mapped from files counts once, as they share it."""
    total, mapped = 0, 0
    for pid in pids:
        with contextlib.suppress(OSError, ValueError, KeyError):
            lines = Path(f"/proc/{pid}/status").read_text(errors="replace").splitlines()
            fields = {name: value for name, _, value in (line.partition(":") for line in lines)}
            total += sum(int(fields[name].split()[0]) for name in ("RssAnon", "RssShmem"))
            mapped = max(mapped, int(fields["RssFile"].split()[0]))
    return (total + mapped) * 1024


def is_there(pid: int) -> bool:
    """Whether the process exists."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def signal_to(pid: int, number: int) -> None:
    """Send the signal; a process that is gone already is what we want."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(pid, number)


def reap() -> dict[int, int]:
    """Exit statuses of the children that have ended, by process id."""
    ended: dict[int, int] = {}
    with contextlib.suppress(ChildProcessError):
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                break
            ended[pid] = os.waitstatus_to_exitcode(status)
    return ended


def kill_everything(main: int, seconds: float = 5.0) -> None:
    """Kill the command and all its descendants, and wait until they are gone."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(main, signal.SIGKILL)
        below = descendants(os.getpid()) if LINUX else set()
        for pid in below:
            signal_to(pid, signal.SIGKILL)
        reap()
        try:
            os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            if not below:
                return
        time.sleep(0.01)


class Leash:
    """One command on a leash."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.status: int | None = None
        self.overgrown = False
        self.waking, waker = os.pipe()
        for end in (self.waking, waker):
            os.set_blocking(end, False)
        signal.set_wakeup_fd(waker, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGTERM, self.pass_on)
        for number in (signal.SIGINT, signal.SIGHUP):
            # A handler and not SIG_IGN, which the command would inherit.
            signal.signal(number, lambda *_: None)
        self.command = self.start()

    def start(self) -> subprocess.Popen[bytes]:
        """Start the command in a session of its own, as the user that was asked for."""
        uid, gid = self.options.user or (None, None)
        return subprocess.Popen(
            self.options.command,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=dies_with_parent(),  # noqa: PLW1509 - this process has one thread
            pass_fds=self.options.inherit,
            user=uid,
            group=gid,
            extra_groups=None if uid is None else [],
        )

    def pass_on(self, *_: object) -> None:
        """The supervisor asks for an orderly end."""
        if self.status is None:
            signal_to(self.command.pid, self.options.stop_signal)

    def watch(self, seconds: float | None) -> bool:
        """Wait until the command ends (True) or the pipe closes or the time is over (False).

        Instead of the pipe it is the owner or the memory where those were named.
        """
        looks = bool(self.options.owner or self.options.memory)
        deadline = None if seconds is None else time.monotonic() + seconds
        held = [0] if seconds is None and not self.options.owner else []
        while True:
            self.status = reap().get(self.command.pid, self.status)
            if self.status is not None:
                return True
            left = None if deadline is None else max(0.0, deadline - time.monotonic())
            if left == 0.0 or (looks and self.went_astray()):
                return False
            left = min(TICK_SECONDS, left or TICK_SECONDS) if looks else left
            ready, _, _ = select.select([*held, self.waking], [], [], left)
            if self.waking in ready:
                os.read(self.waking, 4096)
            if 0 in ready and not os.read(0, 4096):
                return False

    def owner_is_gone(self) -> bool:
        """Whether there was an owner and is none any more."""
        return bool(self.options.owner) and not is_there(self.options.owner)

    def went_astray(self) -> bool:
        """Whether the owner is gone or the memory is over its cap; the latter is written down."""
        if self.owner_is_gone():
            return True
        cap = self.options.memory
        if not cap or not LINUX or memory(descendants(os.getpid())) <= cap:
            return False
        self.overgrown = True
        if self.options.note:
            self.options.note.write_text("memory")
        return True

    def hold(self) -> int:
        """Stay until the command has ended or must end; answers the exit status."""
        abandoned = not self.watch(None) or self.owner_is_gone()
        if abandoned and self.options.abandon_signal:
            signal_to(self.command.pid, self.options.abandon_signal)
            self.watch(QUIET_SECONDS)
        kill_everything(self.command.pid)
        for path in self.options.remove if abandoned and not self.overgrown else []:
            shutil.rmtree(path, ignore_errors=True)
        self.command.returncode = self.status = -signal.SIGKILL if self.status is None else self.status
        return self.status if self.status >= 0 else 128 - self.status


def user_and_group(text: str) -> tuple[int, int]:
    """`uid:gid` as numbers."""
    uid, _, gid = text.partition(":")
    return int(uid), int(gid)


def parsed(arguments: list[str] | None = None) -> argparse.Namespace:
    """The command line of the leash."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--stop-signal", type=int, default=int(signal.SIGTERM), help="sent for an orderly end"
    )
    parser.add_argument(
        "--abandon-signal", type=int, default=0, help="tried before SIGKILL when the pipe closes"
    )
    parser.add_argument("--user", type=user_and_group, help="uid:gid that the command runs as")
    parser.add_argument(
        "--remove", action="append", default=[], help="a directory to delete when the pipe closes"
    )
    parser.add_argument("--owner", type=int, help="the process whose end counts, instead of the pipe's")
    parser.add_argument("--memory", type=int, help="bytes that all of it together may take")
    parser.add_argument("--note", type=Path, help="a file that says `memory` when it took more")
    parser.add_argument(
        "--inherit", type=int, action="append", default=[], help="a file that the command gets"
    )
    parser.add_argument("command", nargs="+")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    adopt_orphans()
    sys.exit(Leash(parsed()).hold())
