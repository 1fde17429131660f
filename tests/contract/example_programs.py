"""Runs the examples of the documentation."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

CLIENT = Path(__file__).resolve().parents[2] / "clients" / "python"


def python_runner(codes: dict[str, str], folder: Path) -> list[str]:
    script = folder / "run.py"
    script.write_text(
        "import sys, traceback\n"
        f"for name, code in {codes!r}.items():\n"
        "    try:\n"
        "        exec(compile(code, name, 'exec'), {'__name__': '__main__'})\n"
        "    except Exception:\n"
        "        traceback.print_exc()\n"
        "        sys.exit(name)\n",
        encoding="utf-8",
    )
    return [sys.executable, str(script)]


def curl_runner(codes: dict[str, str], folder: Path) -> list[str]:
    # Each example in a shell: `-e` would not end a command that is the condition of another.
    lines = [f"( {code.strip()}\n) || {{ echo {name} >&2; exit 1; }}" for name, code in codes.items()]
    return ["bash", "-c", "\n".join(lines)]


def javascript_runner(codes: dict[str, str], folder: Path) -> list[str]:
    for name, code in codes.items():
        (folder / f"{name}.mjs").write_text(code, encoding="utf-8")
    run = folder / "run.mjs"
    imports = [
        f"await import('./{name}.mjs').catch((error) => {{ console.error('{name}', error); process.exit(1); }});"
        for name in codes
    ]
    run.write_text("\n".join(imports), encoding="utf-8")
    return ["node", str(run)]


type Runner = Callable[[dict[str, str], Path], list[str]]


RUNNERS: dict[str, Runner] = {"curl": curl_runner, "Python": python_runner, "JavaScript": javascript_runner}
needs_node = pytest.mark.skipif(
    not shutil.which("node"), reason="Node.js is not installed: JavaScript is not run"
)
each_language = pytest.mark.parametrize(
    "language", ["curl", "Python", pytest.param("JavaScript", marks=needs_node)]
)


def run(language: str, codes: dict[str, str], variables: dict[str, str], folder: Path) -> Any:
    """Run examples one after the other in one process of their language."""
    environment = {**os.environ, "PYTHONPATH": str(CLIENT), **variables}
    return subprocess.run(
        RUNNERS[language](codes, folder),
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=90,
    )
