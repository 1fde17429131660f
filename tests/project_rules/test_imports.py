"""Imports between modules; the layers of packages are contracts of import-linter in pyproject.toml."""

import ast
import re
from functools import cache
from graphlib import CycleError, TopologicalSorter

from tests.project_rules.source import ROOT, files, imported, nodes

NETWORK_MODULES = (
    "httpx",
    "httpx2",
    "httpcore",
    "httpcore2",
    "requests",
    "aiohttp",
    "urllib3",
    "urllib.request",
    "http.client",
    "socket",
)
# Paths that may import them: everything else uses the HTTP client with its SSRF policy.
NETWORK_USERS = {
    "krafter_audit/server.py": "the web server listens; it opens no connection",
    "krafter_audit/http/": "the HTTP client that enforces the SSRF policy",
    "devtools/doctor.py": "requests the readiness of the running system",
    "devtools/local_stack/": "connects to the web server and finds free ports, before there are settings",
    "devtools/benchmark/": "sends requests to the web servers that it has started on this machine",
    "devtools/demo/": "a client that uses nothing but the standard library and the API",
}
# What tests share is in other modules, and fixtures are in conftest.py.
IMPORT_OF_TEST = re.compile(r"^from tests\b.*\btest_\w+", re.MULTILINE)


def module_name(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


@cache
def modules() -> dict[str, str]:
    """Return the path of each module by its name."""
    return {module_name(path): path for path in files()}


def imported_modules(path: str) -> set[str]:
    """Return the project's modules that a file imports, for type checking too."""
    names = imported(path)
    # `from package import module` imports the module: that the package runs first makes no cycle of two files.
    packages = {
        name for name in names if any(other.startswith(f"{name}.") for other in names & set(modules()))
    }
    return (names & set(modules())) - packages - {module_name(path)}


def cycle_of(graph: dict[str, set[str]]) -> str:
    """Return one cycle as `a imports b imports a`, or an empty string."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return " imports ".join(reversed(error.args[1]))
    return ""


def test_no_modules_import_each_other_in_a_cycle() -> None:
    graph = {name: imported_modules(path) for name, path in modules().items()}

    assert "krafter_audit.http.transport" in graph["krafter_audit.http.client"]
    assert cycle_of(graph) == ""


def test_a_cycle_of_imports_is_found() -> None:
    assert cycle_of({"a": {"b"}, "b": {"c"}, "c": {"b"}}) in (
        "b imports c imports b",
        "c imports b imports c",
    )


def network_imports(path: str) -> set[str]:
    """Return the network modules of a file; `socket` only as a type opens no connection and does not count."""
    found = {
        name
        for name in imported(path)
        if any(name == module or name.startswith(f"{module}.") for module in NETWORK_MODULES)
    }
    calls = {ast.unparse(node.func) for node in nodes(path) if isinstance(node, ast.Call)}
    only_a_type = found == {"socket"} and not any(name.startswith("socket.") for name in calls)
    return set() if only_a_type else found


def test_only_the_http_client_imports_network_modules() -> None:
    others = [path for path in files() if not path.startswith(tuple(NETWORK_USERS))]

    assert {path: found for path in others if (found := network_imports(path))} == {}


def test_services_and_models_import_no_views_framework() -> None:
    below_views = ("models.py", "queries.py", "errors.py")
    layers = [path for path in files() if path.endswith(below_views) or "services" in path]

    assert len(layers) > 20
    assert [
        path for path in layers if any(name.startswith("rest_framework") for name in imported(path))
    ] == []


def test_no_test_module_is_imported() -> None:
    texts = {path: path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("*.py")}

    assert len(texts) > 500
    assert [str(path) for path, text in texts.items() if IMPORT_OF_TEST.search(text)] == []
    assert IMPORT_OF_TEST.search("\nfrom tests.unit.scans.test_views import started")
