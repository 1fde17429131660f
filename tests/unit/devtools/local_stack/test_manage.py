"""manage.py on a machine where no system runs."""

import os
import subprocess
import sys

import pytest

from devtools.local_stack.process import REPOSITORY


@pytest.mark.slow
def test_command_without_a_database_ends_with_one_sentence() -> None:
    env = {**os.environ, "DATABASE_URL": "postgresql://krafter:x@127.0.0.1:1/krafter"}

    ended = subprocess.run(
        [sys.executable, "manage.py", "showmigrations"],
        cwd=REPOSITORY,
        env=env,
        capture_output=True,
        text=True,
    )

    assert (ended.returncode, ended.stdout) == (2, "")
    assert len(ended.stderr.splitlines()) == 1
    assert ended.stderr.startswith("The database cannot be used: connection failed")
