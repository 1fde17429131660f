"""Every module with logic has a unit test: in a file that its path or its package names, or that imports it."""

import ast
from fnmatch import fnmatch
from functools import cache

from tests.project_rules.source import ROOT, files, tree
from tests.project_rules.tested_modules import TESTED_IN, UNIT, is_tested

# Modules without a test that imports them → how they run.
NOT_IMPORTED: dict[str, str] = {
    "*/apps.py": "runs with every start of Django",
    "*/registrations.py": "runs with every start of Django",
    "devtools/benchmark/*.py": "run by hand: `./krafter bench`",
    "devtools/local_stack/*.py": "starts the system: `tests/chaos/test_up.py`, by hand; or the tests",
    "devtools/progress.py": "runs as a process in `tests/unit/devtools/test_launcher.py`",
    "devtools/setup_environment.py": "runs as a process in `tests/unit/devtools/test_launcher.py`",
    "events/storage_parameters.py": "runs in the migrations",
    "manage.py": "runs with every management command",
}


@cache
def unit_tests() -> tuple[str, ...]:
    """Return the paths of the files of unit tests."""
    return tuple(sorted(str(path.relative_to(ROOT)) for path in (ROOT / UNIT).rglob("test_*.py")))


def has_logic(path: str) -> bool:
    """Return whether a file defines functions or classes."""
    return any(isinstance(node, ast.FunctionDef | ast.ClassDef) for node in tree(path).body)


@cache
def without_test() -> tuple[str, ...]:
    """Return the modules with logic that no unit test names or imports."""
    return tuple(path for path in files() if has_logic(path) and not is_tested(path, unit_tests()))


def untested() -> list[str]:
    """Return the modules with logic for which there is neither a test nor a line in the tables."""
    return [
        path
        for path in without_test()
        if not any(fnmatch(path, pattern) for pattern in (*TESTED_IN, *NOT_IMPORTED))
    ]


def test_every_module_with_logic_has_a_unit_test() -> None:
    assert untested() == []


def test_named_tests_exist_and_every_pattern_is_needed() -> None:
    assert [path for path in TESTED_IN.values() if not (ROOT / path).exists()] == []
    assert [
        pattern
        for pattern in (*TESTED_IN, *NOT_IMPORTED)
        if not any(fnmatch(path, pattern) for path in without_test())
    ] == []


def test_module_without_a_test_is_found() -> None:
    tests = ("tests/unit/scans/worker/test_retention.py", "tests/unit/scans/test_admin.py")
    paths = ("scans/worker/retention.py", "scans/admin/forms.py", "scans/worker/finalization.py")

    assert [is_tested(path, tests) for path in paths] == [True, True, False]
