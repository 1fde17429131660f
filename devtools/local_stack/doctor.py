"""The part of `./krafter doctor` that needs the virtual environment: servers of the local stack."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from devtools.local_stack import postgres, valkey
from devtools.local_stack.process import StartFailed
from scanner.closed_pipe import exit_on_closed_pipe

SERVERS: dict[str, Callable[[], Path]] = {
    "PostgreSQL": lambda: postgres.install() / "postgres",
    "Valkey": valkey.program,
}


def version_or_problem(program: Callable[[], Path]) -> tuple[str, str]:
    """Run a server with --version; return (version, "") or ("", why it does not run)."""
    try:
        ended = subprocess.run(
            [program(), "--version"], capture_output=True, text=True, timeout=30, check=False
        )
    except (StartFailed, OSError, subprocess.TimeoutExpired) as error:
        return "", str(error)
    if ended.returncode:
        return "", f"does not run: {ended.stderr.strip().splitlines()[-1:]}"
    return ended.stdout.strip(), ""


def main() -> int:
    lines = []
    for name, program in SERVERS.items():
        version, why_not = version_or_problem(program)
        lines.append({"subject": name, "level": "problem" if why_not else "ok", "text": version or why_not})
    if "--json" in sys.argv:
        print(json.dumps(lines))
    else:
        print("\n".join(f"  {line['subject']:<12} {line['text']}" for line in lines))
    return int(any(line["level"] == "problem" for line in lines))


if __name__ == "__main__":
    with exit_on_closed_pipe():
        sys.exit(main())
