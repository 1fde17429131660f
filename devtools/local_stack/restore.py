"""`./krafter restore`: manage.py restore; a drill without KRAFTER_DRILL_URL gets a temporary server."""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from devtools.local_stack import manage
from devtools.local_stack.data import DataDirectory, password
from devtools.local_stack.postgres import EPHEMERAL_SETTINGS, Postgres
from devtools.local_stack.process import REPOSITORY, StartFailed, kill_guarded, launch, run, wait_for


def drill(environment: dict[str, str], arguments: Sequence[str]) -> int:
    """Run the drill against a PostgreSQL that is started for it, and deleted at the end."""
    with tempfile.TemporaryDirectory(prefix="krafter-drill-server-", ignore_cleanup_errors=True) as folder:
        directory = Path(folder)
        directory.chmod(0o755)  # the server's user may be another one; the cluster itself is closed
        server = Postgres(directory / "data", password(), EPHEMERAL_SETTINGS)
        log, command = directory / "log", server.command()
        server.prepare(lambda made: run(made, log))
        process = launch(command, log)
        try:
            wait_for(server.is_ready, "PostgreSQL", process, log)
            server.ensure_database()
            # In the environment: every user of the machine can read command lines.
            env = environment | {"KRAFTER_DRILL_URL": server.url}
            line = [sys.executable, "manage.py", "restore", *arguments]
            return subprocess.run(line, cwd=REPOSITORY, env=env, check=False).returncode
        finally:
            kill_guarded(process)
            command.remove_files()


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
