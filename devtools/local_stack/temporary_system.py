"""A whole system in a temporary directory, for the commands that load it and test it."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from devtools.local_stack.process import REPOSITORY, last_lines

START_SECONDS, STOP_SECONDS = 180, 30
# The rate limits would end every run after a hundred requests.
UNLIMITED = {
    f"KRAFTER_RATE_{kind}": "1000000" for kind in ("DEFAULT", "STRICT", "PUBLIC", "ANONYMOUS", "WRONG_KEYS")
}


@dataclass(frozen=True)
class TemporarySystem:
    supervisor: int  # the process id of the system
    data: Path
    facts: dict[str, Any]  # the data that `up --ready` writes


@contextmanager
def temporary_system(*options: str, **settings: str) -> Iterator[TemporarySystem]:
    """Start a system without rate limits, with more options of `up` and these settings."""
    with tempfile.TemporaryDirectory(prefix="krafter-") as name:
        folder = Path(name)
        ready, log = folder / "ready.json", folder / "log"
        env = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
        command = [sys.executable, "-P", "-m", "devtools.local_stack.up", "--port", "0"]
        command += ["--ready", str(ready), "--data", str(folder / "data"), *options]
        env |= UNLIMITED | settings
        with log.open("wb") as out:
            process = subprocess.Popen(command, env=env, stdout=out, stderr=out, cwd=REPOSITORY)
        try:
            deadline = time.monotonic() + START_SECONDS
            while not ready.exists():
                if process.poll() is not None or time.monotonic() > deadline:
                    raise SystemExit(f"The system did not start. The end of its log:\n{last_lines(log)}")
                time.sleep(0.5)
            yield TemporarySystem(process.pid, folder / "data", json.loads(ready.read_text()))
        finally:
            process.terminate()
            process.wait(STOP_SECONDS)
