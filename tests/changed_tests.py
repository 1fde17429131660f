"""Choose the test files for what has changed in git: `./krafter test --changed [COMMIT]`.

They are the changed tests, those that import a changed module or whose path names it, those of a changed template's
app, and the project rules. Only the whole suite finds what a change breaks elsewhere.
"""

import subprocess
from collections.abc import Iterable
from fnmatch import fnmatch
from functools import cache
from pathlib import PurePath

from tests.project_rules.source import ROOT, imported
from tests.project_rules.tested_modules import TESTED_IN, is_tested

RULES = "tests/project_rules/"


def changed_files(commit: str) -> list[str]:
    """Return the paths that differ from a commit or are new. Raises ValueError if git does not know the commit."""
    commands = (
        ["diff", "--name-only", "--relative", commit, "--"],
        ["ls-files", "--others", "--exclude-standard"],
    )
    paths: list[str] = []
    for command in commands:
        done = subprocess.run(["git", *command], cwd=ROOT, capture_output=True, text=True, check=False)
        if done.returncode:
            raise ValueError(f"git knows no changes since {commit}: {done.stderr.strip()}")
        paths += done.stdout.splitlines()
    return paths


@cache
def test_files() -> tuple[str, ...]:
    """Return the paths of all test files."""
    return tuple(sorted(str(path.relative_to(ROOT)) for path in (ROOT / "tests").rglob("test_*.py")))


def tests_of(path: str) -> set[str]:
    """Return the test files for a changed file; it may be one itself."""
    if PurePath(path).parts[0] == "templates":
        return {test for test in test_files() if test.startswith(f"tests/unit/{PurePath(path).parts[1]}/")}
    if not path.endswith(".py"):
        return set()
    # The modules of tests, such as a fake server, are imported by tests too.
    dotted = ".".join(PurePath(path).with_suffix("").parts).removesuffix(".__init__")
    test_paths = [tested_in for pattern, tested_in in TESTED_IN.items() if fnmatch(path, pattern)]
    return {
        test
        for test in test_files()
        if test == path
        or dotted in imported(test)
        or is_tested(path, [test])
        or any(test == tested_in or test.startswith(f"{tested_in}/") for tested_in in test_paths)
    }


def tests_of_all(paths: Iterable[str]) -> set[str]:
    """Return the test files for changed files, with the project rules."""
    rules = {test for test in test_files() if test.startswith(RULES)}
    return rules.union(*map(tests_of, paths))
