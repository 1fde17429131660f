"""Keeps a set of processes running: starts them, brings back what ends, and ends all of them in order."""

import os
import select
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from devtools.local_stack.process import Command, StartFailed, cut, last_lines, launch, refuse_failure
from scanner.browser.process_guard import adopt_orphans, reap, signal_to

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 5.0  # seconds before a process that ended is started again
STEADY_SECONDS = 10.0  # a process that ran this long has not failed at its start
LOG_BYTES = 20 * 1024 * 1024
TURN_SECONDS = 1.0
PATIENCE = 3  # ends before everything has answered once, until the start is given up


class Stopped(Exception):
    """Somebody asked for the end: Ctrl-C, or a signal."""


@dataclass
class Child:
    """A process that is to be running."""

    command: Command
    log: Path
    process: "subprocess.Popen[bytes] | None" = None
    started: float = 0.0
    due: float = 0.0
    pause: float = FIRST_PAUSE
    ends: int = 0
    wanted: bool = True


@dataclass
class Supervisor:
    """The processes of one system. Use it from the main thread: signals and the guards' parent go by it."""

    logs: Path
    keep_open: Sequence[int] = ()
    children: dict[str, Child] = field(default_factory=dict)
    asked_to_stop: int = 0
    on_restart: Callable[[str, int], None] = lambda _name, _status: None

    def __post_init__(self) -> None:
        self.logs.mkdir(mode=0o700, parents=True, exist_ok=True)
        adopt_orphans()
        self.waking, waker = os.pipe()
        for end in (self.waking, waker):
            os.set_blocking(end, False)
        signal.set_wakeup_fd(waker, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self.ask_to_stop)

    def ask_to_stop(self, *_: object) -> None:
        """Note that the end was asked for; the next turn acts on it."""
        self.asked_to_stop += 1

    def add(self, command: Command) -> None:
        log = self.fresh_log(command)
        self.children[command.name] = Child(command, log)
        self.start(self.children[command.name])

    def fresh_log(self, command: Command) -> Path:
        """An empty log; the one of the run before is kept beside it."""
        log = self.logs / f"{command.name}.log"
        if log.exists():
            log.replace(log.with_suffix(".old.log"))
        return log

    def start(self, child: Child) -> None:
        child.process = launch(child.command, child.log, keep_open=self.keep_open)
        child.started = time.monotonic()

    def run(self, command: Command) -> None:
        """Run a command to its end while the others are kept running. Raises StartFailed when it fails."""
        log = self.fresh_log(command)
        self.children[command.name] = child = Child(command, log, wanted=False)
        self.start(child)
        try:
            while child.process and child.process.returncode is None:
                self.turn()
            refuse_failure(command, child.process.returncode if child.process else 1, log)
        finally:
            self.drop(command.name)

    def drop(self, name: str) -> None:
        """Forget a process; if it is still there it is killed."""
        child = self.children.pop(name)
        if child.process:
            cut(child.process)
        child.command.clear()

    def until(self, condition: Callable[[], bool], what: str, *, seconds: float = 60) -> None:
        """Keep everything running until the condition holds. Raises StartFailed when that takes too long."""
        deadline = time.monotonic() + seconds
        while not condition():
            self.turn(0.05)
            self.refuse_crash_loops()
            if time.monotonic() > deadline:
                raise StartFailed(
                    f"{what} did not answer within {seconds:.0f} s. See the logs in {self.logs}."
                )

    def refuse_crash_loops(self) -> None:
        for child in self.children.values():
            if child.ends >= PATIENCE:
                lines = last_lines(child.log)
                raise StartFailed(
                    f"{child.command.name} ends as soon as it starts. The end of {child.log}:\n{lines}"
                )

    def forever(self) -> None:
        """Keep everything running until somebody asks for the end: raises Stopped."""
        while True:
            self.turn()

    def turn(self, seconds: float = TURN_SECONDS) -> None:
        self.wait(seconds)
        if self.asked_to_stop:
            raise Stopped
        self.collect()
        self.start_what_is_due()
        self.cut_logs()

    def wait(self, seconds: float) -> None:
        now = time.monotonic()
        pauses = [child.due - now for child in self.children.values() if child.wanted and child.due]
        ready, _, _ = select.select([self.waking], [], [], max(0.0, min([seconds, *pauses])))
        if ready:
            os.read(self.waking, 4096)

    def collect(self) -> None:
        """Take note of what has ended, and kill what came to us because its guard was killed."""
        for pid, status in reap().items():
            for child in self.children.values():
                if child.process and child.process.pid == pid:
                    self.note_end(child, status)
        guards = {child.process.pid for child in self.children.values() if child.process}
        for pid in own_children() - guards:
            signal_to(pid, signal.SIGKILL)

    def note_end(self, child: Child, status: int) -> None:
        if child.process:
            child.process.returncode = status
            cut(child.process)
        if not child.wanted:
            return
        if time.monotonic() - child.started > STEADY_SECONDS:
            child.pause = FIRST_PAUSE
        child.process, child.ends = None, child.ends + 1
        child.due = time.monotonic() + child.pause
        child.pause = min(LONGEST_PAUSE, child.pause * 2)
        self.on_restart(child.command.name, status)

    def start_what_is_due(self) -> None:
        for child in self.children.values():
            if child.due and child.due <= time.monotonic():
                child.due = 0.0
                self.start(child)

    def cut_logs(self) -> None:
        for child in self.children.values():
            if child.log.exists() and child.log.stat().st_size > LOG_BYTES:
                os.truncate(child.log, 0)

    def stop(self, steps: Iterable[tuple[Sequence[str], float]]) -> None:
        """End the named processes step by step, each within its seconds; a second signal cuts that short."""
        signals = self.asked_to_stop
        for names, seconds in steps:
            group = [self.children[name] for name in names if name in self.children]
            for child in group:
                child.wanted, child.due = False, 0.0
                if child.process and child.process.returncode is None:
                    child.process.terminate()
            deadline = time.monotonic() + seconds
            while any_running(group) and time.monotonic() < deadline and self.asked_to_stop == signals:
                self.wait(0.1)
                self.collect()
            for child in group:
                self.drop(child.command.name)
        self.collect()


def any_running(group: Iterable[Child]) -> bool:
    """Whether one of them has not ended."""
    return any(child.process and child.process.returncode is None for child in group)


def own_children() -> set[int]:
    """The processes whose parent is this thread, adopted ones too; none where the system can't tell."""
    try:
        return {int(pid) for pid in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()}
    except OSError:
        return set()
