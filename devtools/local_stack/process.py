"""Start commands under the process guard, which ends them with this process."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from scanner.browser import process_guard

REPOSITORY = Path(__file__).parent.parent.parent
WEB_SERVER = ("-m", "krafter_audit.server")


class StartFailed(Exception):
    """Something could not be started; the text is a sentence for the person at the terminal."""


@dataclass(frozen=True)
class Command:
    """What to run, and how it wants to be ended."""

    name: str
    arguments: Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict)
    cwd: Path = REPOSITORY
    user: tuple[int, int] | None = None
    stop_signal: int = signal.SIGTERM
    abandon_signal: int = 0
    remove: tuple[Path, ...] = ()

    def guarded(self) -> list[str]:
        options = [
            "--stop-signal",
            str(int(self.stop_signal)),
            "--abandon-signal",
            str(int(self.abandon_signal)),
        ]
        if self.user:
            options += ["--user", f"{self.user[0]}:{self.user[1]}"]
        for path in self.remove:
            options += ["--remove", str(path)]
        return [sys.executable, "-I", "-S", process_guard.__file__, *options, "--", *self.arguments]

    def clear(self) -> None:
        """Delete what is not to outlive the process; the guard does so itself when it is abandoned."""
        for path in self.remove:
            shutil.rmtree(path, ignore_errors=True)


def launch(command: Command, log: Path, *, keep_open: Sequence[int] = ()) -> subprocess.Popen[bytes]:
    """Start the command, its output going to `log`. Closing the answer's `stdin` kills all of it."""
    # An append-only handle: the file may be cut to nothing at any time, and the next line starts it anew.
    out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        return subprocess.Popen(
            command.guarded(),
            stdin=subprocess.PIPE,
            stdout=out,
            stderr=out,
            env={**os.environ, **command.env},
            cwd=command.cwd,
            start_new_session=True,
            pass_fds=keep_open,
        )
    finally:
        os.close(out)


def run(command: Command, log: Path) -> None:
    """Run the command to its end. Raises StartFailed with the end of its log when it fails."""
    process = launch(command, log)
    try:
        status = process.wait()
    finally:
        cut(process)
    refuse_failure(command, status, log)


def refuse_failure(command: Command, status: int, log: Path) -> None:
    """Raise StartFailed with the end of the log unless the command ended well."""
    if status:
        raise StartFailed(f"{command.name} failed (status {status}). The end of {log}:\n{last_lines(log)}")


def cut(process: subprocess.Popen[bytes]) -> None:
    """Close the guard's pipe: the command and its descendants are killed at once."""
    if process.stdin:
        process.stdin.close()
    if process.returncode is not None:
        return
    try:
        process.wait(8)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(1)


def last_lines(log: Path, count: int = 15) -> str:
    """The end of a log, for a message about a failed start."""
    if not log.exists():
        return "(no output)"
    lines = log.read_text(errors="replace").splitlines()[-count:]
    return "\n".join(f"    {line}" for line in lines) or "(no output)"


def wait_for(
    answers: Callable[[], bool], name: str, process: "subprocess.Popen[bytes]", log: Path, seconds: float = 30
) -> None:
    """Block until the server answers. Raises StartFailed when it ends or takes too long."""
    deadline = time.monotonic() + seconds
    while not answers():
        if process.poll() is not None or time.monotonic() > deadline:
            raise StartFailed(f"{name} did not start. The end of {log}:\n{last_lines(log)}")
        time.sleep(0.03)
