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
START_SECONDS = 30  # for a server to respond
SHOWN_LOG_LINES = 15  # lines of a failed program's log


class StartFailed(Exception):
    """Something could not be started; the text is a sentence for the terminal."""


@dataclass(frozen=True)
class Command:
    """A command line, and how it is ended."""

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
        # Isolated and without site-packages: the guard starts in milliseconds and imports nothing of the project.
        return [sys.executable, "-I", "-S", process_guard.__file__, *options, "--", *self.arguments]

    def remove_files(self) -> None:
        for path in self.remove:
            shutil.rmtree(path, ignore_errors=True)


def launch(command: Command, log: Path, *, keep_open: Sequence[int] = ()) -> subprocess.Popen[bytes]:
    """Start the command with output in `log`. Closing the process's `stdin` kills all of it."""
    # Append-only: the supervisor truncates the file, and the next line must begin at its new end.
    out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        return subprocess.Popen(
            command.guarded(),
            stdin=subprocess.PIPE,
            stdout=out,
            stderr=out,
            env={**os.environ, **command.env},
            cwd=command.cwd,
            # Ctrl-C in the terminal reaches the supervisor only, which stops the processes in order.
            start_new_session=True,
            pass_fds=keep_open,
        )
    finally:
        os.close(out)


def run(command: Command, log: Path) -> None:
    """Run the command to its end. Raises StartFailed with the end of its log."""
    process = launch(command, log)
    try:
        status = process.wait()
    finally:
        kill_guarded(process)
    raise_on_failure(command, status, log)


def raise_on_failure(command: Command, status: int, log: Path) -> None:
    if status:
        raise StartFailed(f"{command.name} failed (status {status}). The end of {log}:\n{last_lines(log)}")


def kill_guarded(process: subprocess.Popen[bytes]) -> None:
    """Close the guard's pipe: the command and its descendants are killed at once."""
    if process.stdin:
        process.stdin.close()
    if process.returncode is not None:
        return
    try:
        # The guard ends the whole tree; killed itself, it would leave orphans.
        process.wait(8)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(1)


def last_lines(log: Path) -> str:
    if not log.exists():
        return "(no output)"
    lines = log.read_text(errors="replace").splitlines()[-SHOWN_LOG_LINES:]
    return "\n".join(f"    {line}" for line in lines) or "(no output)"


def wait_for(
    is_ready: Callable[[], bool],
    name: str,
    process: "subprocess.Popen[bytes]",
    log: Path,
    *,
    seconds: float = START_SECONDS,
) -> None:
    """Wait until the server is ready. Raises StartFailed when it ends or takes too long."""
    deadline = time.monotonic() + seconds
    while not is_ready():
        if process.poll() is not None or time.monotonic() > deadline:
            raise StartFailed(f"{name} did not start. The end of {log}:\n{last_lines(log)}")
        time.sleep(0.03)
