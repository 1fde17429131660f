"""`./krafter manage`: manage.py with the settings of the system on a data directory."""

import os
import sys
from pathlib import Path
from typing import NoReturn

from devtools.local_stack.data import ENVIRONMENT, OWNER_ENVIRONMENT, DataDirectory
from devtools.local_stack.process import REPOSITORY

# Commands that change tables or roles; all others run as the role of the web.
OWNER_COMMANDS = {"migrate", "flush", "create_database_role"}
HINT = (
    "(No system runs on {path}: commands that need the database or the broker will fail. Run ./krafter up.)"
)


def environment(data: DataDirectory, command: str) -> dict[str, str]:
    """Return the environment of a manage.py command for the system on a data directory."""
    name = OWNER_ENVIRONMENT if command in OWNER_COMMANDS else ENVIRONMENT
    env = (data.read(name) or {}) if data.running() else {}
    if not env:
        print(HINT.format(path=data.path), file=sys.stderr)
        if data.path.exists():
            secrets = data.secrets()
            env = {
                "KRAFTER_SECRET_KEY": secrets["secret_key"],
                "KRAFTER_ENCRYPTION_KEYS": secrets["encryption_keys"],
                "KRAFTER_SIGNING_KEYS": secrets["signing_keys"],
            }
    return {**os.environ, **env}


def main(arguments: list[str]) -> NoReturn:
    # The first argument is the data directory.
    env = environment(DataDirectory(Path(arguments[0])), arguments[1] if len(arguments) > 1 else "")
    os.chdir(REPOSITORY)
    os.execve(sys.executable, [sys.executable, "manage.py", *arguments[1:]], env)  # noqa: S606


if __name__ == "__main__":
    main(sys.argv[1:])
