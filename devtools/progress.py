"""Steps of the set-up on the terminal: a line with the seconds of each, and the end of a failed one's log."""

import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

WIDTH = 44
LOG_LINES = 25


class SetupFailed(Exception):
    """The set-up cannot continue; the text is for the terminal."""


class UsageError(SetupFailed):
    """The arguments of a command are wrong: nothing was started."""


class StepFailed(Exception):
    """A command of a step failed; its output is in the log."""


@dataclass
class Progress:
    log: Path
    stream: TextIO = field(default_factory=lambda: sys.stdout)

    def write_line(self, text: str) -> None:
        print(text, file=self.stream, flush=True)

    def step(self, title: str, action: Callable[[], object]) -> bool:
        """Run a step; return whether it succeeded. Print the log's end if it failed."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        # One step for each log, so that its end belongs to the step that failed.
        self.log.write_bytes(b"")
        print(f"  {title} ", end="", file=self.stream, flush=True)
        started, outcome = time.monotonic(), ""
        try:
            action()
        except StepFailed:
            outcome = "failed after "
        self.write_line(f"{'.' * max(3, WIDTH - len(title))} {outcome}{time.monotonic() - started:.1f} s")
        if outcome:
            lines = self.log.read_text(errors="replace").splitlines()[-LOG_LINES:]
            print(*(f"    {line}" for line in lines), sep="\n", file=sys.stderr, flush=True)
        return not outcome

    def run(self, *command: str | Path, cwd: Path | None = None, env: dict[str, str] | None = None) -> None:
        """Run a command, its output into the log. Raises StepFailed."""
        arguments = [str(word) for word in command]
        with self.log.open("ab") as log:
            try:
                ended = subprocess.run(
                    arguments, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=cwd, env=env, check=False
                )
            except OSError as error:
                log.write(f"{arguments[0]}: {error.strerror}\n".encode())
                raise StepFailed(arguments[0]) from None
        if ended.returncode:
            raise StepFailed(arguments[0])
