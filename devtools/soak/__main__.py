"""`./krafter soak`: mixed load for half an hour, and whether the memory and the open files of any process grow.

Starts its own system in a temporary directory, like `./krafter up`. Ends with 1 if something grows or an answer is an
error of the server. Linux only.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from devtools.benchmark.servers import UNLIMITED
from devtools.local_stack.process import REPOSITORY, last_lines
from devtools.soak.load import Load
from devtools.soak.samples import History, take

SAMPLE_SECONDS = 5.0
START_SECONDS, STOP_SECONDS = 180, 30


@contextmanager
def running_system(folder: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Start a system; yield the process of its supervisor and what `up --ready` writes."""
    ready, log = folder / "ready.json", folder / "log"
    env = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
    command = [sys.executable, "-P", "-m", "devtools.local_stack.up", "--port", "0", "--ready", str(ready)]
    command += ["--data", str(folder / "data")]
    with log.open("wb") as out:
        process = subprocess.Popen(command, env=env | UNLIMITED, stdout=out, stderr=out, cwd=REPOSITORY)
    try:
        deadline = time.monotonic() + START_SECONDS
        while not ready.exists():
            if process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"The system did not start. The end of its log:\n{last_lines(log)}")
            time.sleep(0.5)
        yield process.pid, json.loads(ready.read_text())
    finally:
        process.terminate()
        process.wait(STOP_SECONDS)


def soak(pid: int, facts: dict[str, Any], seconds: float) -> tuple[History, Load]:
    """Send the load for so many seconds, and sample the processes."""
    history, load = History(), Load(facts)
    load.start()
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        time.sleep(SAMPLE_SECONDS)
        history.add(take(pid))
    load.stop()
    return history, load


def report(history: History, load: Load) -> bool:
    """Print the answers and the trend of each process; return whether all is well."""
    for (action, status), number in sorted(load.answers.items()):
        print(f"  {action:<24} {status}  {number}")
    print()
    trends = list(history.trends())
    for trend in trends:
        print(f"  {trend}")
    growing = [trend for trend in trends if trend.problem]
    if load.errors or growing or not trends:
        print(f"\nFailed: {len(growing)} processes grow, {sum(load.errors.values())} answers are errors.")
        return False
    print(f"\nAll of {len(trends)} processes are flat, no answer is an error.")
    return True


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="./krafter soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=30, help="of load (default 30)")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="krafter-soak-") as folder:
        with running_system(Path(folder)) as (pid, facts):
            print(f"{options.minutes:g} minutes of load on {facts['url']}", flush=True)
            history, load = soak(pid, facts, options.minutes * 60)
        return 0 if report(history, load) else 1


if __name__ == "__main__":
    sys.exit(main())
