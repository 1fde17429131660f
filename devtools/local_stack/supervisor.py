"""Keep processes running: start them, restart those that end, and stop all in order."""

import os
import select
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from devtools.local_stack.process import (
    Command,
    StartFailed,
    kill_guarded,
    last_lines,
    launch,
    raise_on_failure,
)
from scanner.browser.process_guard import adopt_orphans, reap, send_signal

FIRST_PAUSE, MAX_PAUSE = 0.5, 5.0  # seconds before a process that ended is started again
STABLE_SECONDS = 10.0  # a process that ran this long has not failed at its start
LOG_BYTES = 20 * 1024 * 1024
POLL_SECONDS = 1.0
MAX_EARLY_EXITS = 3  # during the start; after so many exits, waiting does not help


class StopRequested(Exception):
    """The system is to stop: Ctrl-C, or a signal."""


@dataclass
class SupervisedProcess:
    command: Command
    log: Path
    process: "subprocess.Popen[bytes] | None" = None
    started: float = 0.0
    due: float = 0.0
    pause: float = FIRST_PAUSE
    exits: int = 0
    restart: bool = True


@dataclass
class Supervisor:
    """The processes of one system; for the main thread, because only that one handles signals."""

    logs: Path
    keep_open: Sequence[int] = ()
    children: dict[str, SupervisedProcess] = field(default_factory=dict)
    stop_requests: int = 0
    on_restart: Callable[[str, int], None] = lambda _name, _status: None

    def __post_init__(self) -> None:
        self.logs.mkdir(mode=0o700, parents=True, exist_ok=True)
        # As a subreaper (PR_SET_CHILD_SUBREAPER): processes of a killed guard become children of this one.
        adopt_orphans()
        self.waking, waker = os.pipe()
        for end in (self.waking, waker):
            os.set_blocking(end, False)
        # A signal ends the select() in `wait`.
        signal.set_wakeup_fd(waker, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self.request_stop)

    def request_stop(self, *_: object) -> None:
        self.stop_requests += 1

    def add(self, command: Command) -> None:
        log = self.fresh_log(command)
        self.children[command.name] = SupervisedProcess(command, log)
        self.start(self.children[command.name])

    def fresh_log(self, command: Command) -> Path:
        # The log of the previous run is kept beside the new one.
        log = self.logs / f"{command.name}.log"
        if log.exists():
            log.replace(log.with_suffix(".old.log"))
        return log

    def start(self, child: SupervisedProcess) -> None:
        child.process = launch(child.command, child.log, keep_open=self.keep_open)
        child.started = time.monotonic()

    def run(self, command: Command) -> None:
        """Run a command to its end and keep the others running. Raises StartFailed."""
        log = self.fresh_log(command)
        self.children[command.name] = child = SupervisedProcess(command, log, restart=False)
        self.start(child)
        try:
            while child.process and child.process.returncode is None:
                self.supervise_once()
            raise_on_failure(command, child.process.returncode if child.process else 1, log)
        finally:
            self.remove(command.name)

    def remove(self, name: str) -> None:
        child = self.children.pop(name)
        if child.process:
            kill_guarded(child.process)
        child.command.remove_files()

    def wait_until(self, condition: Callable[[], bool], what: str, *, seconds: float = 60) -> None:
        """Keep everything running until the condition is true. Raises StartFailed after `seconds`."""
        deadline = time.monotonic() + seconds
        while not condition():
            self.supervise_once(0.05)
            self.raise_on_crash_loop()
            if time.monotonic() > deadline:
                raise StartFailed(
                    f"{what} did not answer within {seconds:.0f} s. See the logs in {self.logs}."
                )

    def raise_on_crash_loop(self) -> None:
        for child in self.children.values():
            if child.exits >= MAX_EARLY_EXITS:
                lines = last_lines(child.log)
                raise StartFailed(
                    f"{child.command.name} ends as soon as it starts. The end of {child.log}:\n{lines}"
                )

    def run_forever(self) -> None:
        """Keep everything running; raises StopRequested."""
        while True:
            self.supervise_once()

    def supervise_once(self, seconds: float = POLL_SECONDS) -> None:
        self.wait(seconds)
        if self.stop_requests:
            raise StopRequested
        self.reap_children()
        self.start_due()
        self.truncate_logs()

    def wait(self, seconds: float) -> None:
        now = time.monotonic()
        pauses = [child.due - now for child in self.children.values() if child.restart and child.due]
        ready, _, _ = select.select([self.waking], [], [], max(0.0, min([seconds, *pauses])))
        if ready:
            os.read(self.waking, 4096)

    def reap_children(self) -> None:
        for pid, status in reap().items():
            for child in self.children.values():
                if child.process and child.process.pid == pid:
                    self.record_exit(child, status)
        # Children that are no guards were adopted because their guard was killed; they are killed before the process
        # starts again.
        guards = {child.process.pid for child in self.children.values() if child.process}
        for pid in child_processes() - guards:
            send_signal(pid, signal.SIGKILL)

    def record_exit(self, child: SupervisedProcess, status: int) -> None:
        if child.process:
            child.process.returncode = status
            kill_guarded(child.process)
        if not child.restart:
            return
        # The process has worked in between: this is no crash loop.
        if time.monotonic() - child.started > STABLE_SECONDS:
            child.pause = FIRST_PAUSE
        child.process, child.exits = None, child.exits + 1
        child.due = time.monotonic() + child.pause
        # The delay grows: a process that fails at its start would otherwise use a whole processor.
        child.pause = min(MAX_PAUSE, child.pause * 2)
        self.on_restart(child.command.name, status)

    def start_due(self) -> None:
        for child in self.children.values():
            if child.due and child.due <= time.monotonic():
                child.due = 0.0
                self.start(child)

    def truncate_logs(self) -> None:
        for child in self.children.values():
            # Truncated and not rotated: the process has the file open.
            if child.log.exists() and child.log.stat().st_size > LOG_BYTES:
                os.truncate(child.log, 0)

    def stop(self, steps: Iterable[tuple[Sequence[str], float]]) -> None:
        """Stop the named processes step by step, each within its seconds; a second signal shortens that."""
        signals = self.stop_requests
        for names, seconds in steps:
            group = [self.children[name] for name in names if name in self.children]
            for child in group:
                child.restart, child.due = False, 0.0
                if child.process and child.process.returncode is None:
                    child.process.terminate()
            deadline = time.monotonic() + seconds
            # A second signal shortens the wait.
            while any_running(group) and time.monotonic() < deadline and self.stop_requests == signals:
                self.wait(0.1)
                self.reap_children()
            for child in group:
                self.remove(child.command.name)
        self.reap_children()


def any_running(group: Iterable[SupervisedProcess]) -> bool:
    return any(child.process and child.process.returncode is None for child in group)


def child_processes() -> set[int]:
    try:
        # Including adopted processes; only Linux has this file.
        return {int(pid) for pid in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()}
    except OSError:
        return set()
