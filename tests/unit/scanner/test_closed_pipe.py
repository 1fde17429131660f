"""A command whose reader has closed the pipe ends without a traceback."""

import os
import subprocess
import sys

import pytest

from tests.project_rules.source import ROOT

BUFFERED = "print('a line')"
FLUSHED = "print('a line', flush=True)"
ENDED = "print('a line'); sys.exit(3)"


def run_without_reader(*arguments: str, **environment: str) -> tuple[int, str]:
    """Run a Python program whose standard output has no reader; return its status and its errors."""
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as closed:
        ended = subprocess.run(
            [sys.executable, *arguments],
            stdout=closed,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env=os.environ | environment,
            check=False,
        )
    return ended.returncode, ended.stderr


@pytest.mark.parametrize("statement", [BUFFERED, FLUSHED, ENDED])
def test_closed_pipe_ends_the_process_with_1_and_prints_nothing(statement: str) -> None:
    code = "import sys\nfrom scanner.closed_pipe import exit_on_closed_pipe\n"

    assert run_without_reader("-c", f"{code}with exit_on_closed_pipe(): {statement}") == (1, "")


@pytest.mark.slow
@pytest.mark.parametrize(
    "command",
    [
        ("manage.py", "help"),
        ("-m", "devtools.launcher", "help"),
        ("-m", "devtools.launcher", "doctor", "--json"),
        ("-m", "devtools.local_stack.doctor"),
        ("-m", "devtools.sbom"),
        ("-m", "scanner.cli", "--only=http_status_ok", "http://127.0.0.1:1/"),
    ],
    ids=" ".join,
)
def test_commands_print_no_traceback_about_a_closed_pipe(command: tuple[str, ...]) -> None:
    status, errors = run_without_reader(*command)

    complaints = [line for line in errors.splitlines() if "Traceback" in line or "pipe" in line]
    assert (status, complaints) == (1, [])
