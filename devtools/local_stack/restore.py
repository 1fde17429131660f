"""`./krafter restore`: manage.py restore; a drill without KRAFTER_DRILL_URL gets a temporary server."""

import argparse
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from devtools.local_stack import manage
from devtools.local_stack.data import DataDirectory
from devtools.local_stack.process import REPOSITORY, StartFailed
from devtools.local_stack.temporary_servers import temporary_postgres


def drill(environment: dict[str, str], arguments: Sequence[str]) -> int:
    """Run the drill against a PostgreSQL that is started for it, and deleted at the end."""
    with temporary_postgres() as server:
        # In the environment: every user of the machine can read command lines.
        env = environment | {"KRAFTER_DRILL_URL": server.url}
        line = [sys.executable, "manage.py", "restore", *arguments]
        return subprocess.run(line, cwd=REPOSITORY, env=env, check=False).returncode


def require_drill_arguments(arguments: Sequence[str]) -> None:
    """End with the status 2 for what manage.py would reject only after the server was started."""
    parser = argparse.ArgumentParser(prog="./krafter restore", add_help=False)
    parser.add_argument("backup", metavar="BACKUP", nargs="?")
    parser.add_argument("--drill", action="store_true", required=True)
    parser.parse_args(arguments)


def main(arguments: list[str]) -> int:
    # The first argument is the data directory.
    data, *rest = arguments
    environment = manage.environment(DataDirectory(Path(data)), "restore")
    without_server = "--drill" not in rest or not {"-h", "--help"}.isdisjoint(rest)
    if without_server or environment.get("KRAFTER_DRILL_URL"):
        manage.main([data, "restore", *rest])
    require_drill_arguments(rest)
    try:
        return drill(environment, rest)
    except StartFailed as error:
        print(f"The temporary PostgreSQL did not start. {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    os.chdir(REPOSITORY)
    sys.exit(main(sys.argv[1:]))
