"""The source files of the project, parsed once, and what these tests read from them."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = (
    "accounts",
    "devtools",
    "documentation",
    "events",
    "bulk_changes",
    "campaigns",
    "findings",
    "integrations",
    "krafter_audit",
    "notifications",
    "remediation",
    "assurance",
    "reports",
    "operations",
    "scanner",
    "scans",
)

type Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def files() -> tuple[str, ...]:
    """Return the paths of the Python files, without migrations and tests."""
    found = [path.relative_to(ROOT) for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
    return tuple(sorted(str(path) for path in found if "migrations" not in path.parts)) + ("manage.py",)


@cache
def text(path: str) -> str:
    """Return the text of a file."""
    return (ROOT / path).read_text(encoding="utf-8")


@cache
def tree(path: str) -> ast.Module:
    """Return the syntax tree of a Python file."""
    return ast.parse(text(path))


@cache
def nodes(path: str) -> tuple[ast.AST, ...]:
    """Return the nodes of a Python file, as `ast.walk` yields them."""
    return tuple(ast.walk(tree(path)))


def functions(path: str) -> Iterator[Function]:
    """Yield the functions and methods of a file."""
    for node in nodes(path):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


@cache
def imported(path: str) -> frozenset[str]:
    """Return the full names that a file imports; `from a.b import c` counts as `a.b` and `a.b.c`."""
    names: set[str] = set()
    for node in nodes(path):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return frozenset(names)


def strings(path: str) -> Iterator[str]:
    """Yield the string literals of a file, docstrings too."""
    for node in nodes(path):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
