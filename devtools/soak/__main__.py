"""`./krafter soak`: mixed load for half an hour, and whether the memory and the open files of any process grow.

Starts its own system in a temporary directory, like `./krafter up`. Ends with 1 if something grows or a response is an
error of the server. Linux only.
"""

import argparse
import sys
import time
from pathlib import Path
from typing import Any

from devtools.local_stack.temporary_system import temporary_system
from devtools.soak.load import Load
from devtools.soak.samples import MIN_MINUTES, SAMPLE_SECONDS, History, take_samples


def soak(pid: int, facts: dict[str, Any], seconds: float) -> tuple[History, Load]:
    """Send the load for so many seconds, and sample the processes."""
    history, load = History(), Load(facts)
    load.start()
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        time.sleep(SAMPLE_SECONDS)
        history.add(take_samples(pid))
    load.stop()
    return history, load


def report(history: History, load: Load) -> bool:
    """Print the responses and each process's trend; return whether all is well."""
    for (action, status), number in sorted(load.responses.items()):
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
    parser.add_argument("--out", type=Path, help="write every sample to this CSV file")
    options = parser.parse_args(arguments)
    if options.minutes < MIN_MINUTES:
        parser.error(f"less than {MIN_MINUTES} minutes show the warm-up alone")
    with temporary_system() as system:
        print(f"{options.minutes:g} minutes of load on {system.facts['url']}", flush=True)
        history, load = soak(system.supervisor, system.facts, options.minutes * 60)
    if options.out:
        history.write(options.out)
    return 0 if report(history, load) else 1


if __name__ == "__main__":
    sys.exit(main())
