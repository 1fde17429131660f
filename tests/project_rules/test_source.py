"""Size, names, annotations and error handling of the source files; imports are in test_imports.py."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import PurePath

from tests.project_rules.source import PACKAGES, ROOT, files, functions, nodes, text

MAX_FILE_LINES, MAX_FUNCTION_LINES = 500, 40
MAX_MODULES = 18  # of one folder; more are packages that were not made

VAGUE_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "core", "shared", "tools"}

# Functions of workers that catch every exception: whatever a check, a provider or an exporter raises, the row must
# not keep its status.
BROAD_EXCEPTS = {
    ("scanner/engine.py", "_run_once"): "a check that raises is inconclusive and must not end the run",
    ("scanner/cli/run.py", "_run"): "an address whose check raises must not end the checks of the others",
    ("integrations/sync/engine.py", "_run"): "a sync that raises must not keep the status syncing",
    ("krafter_audit/jobs/isolation.py", "isolated"): "a row that fails must not stop those of others",
    (
        "scans/worker/page_runner.py",
        "_start",
    ): "discards work that could not be started, then raises the error again",
    ("krafter_audit/telemetry.py", "_span"): "stores the error's type in the span, then raises it again",
    ("reports/export.py", "export_report"): "an export that raises is released and tried later",
    (
        "reports/sharing/delivery.py",
        "deliver_share",
    ): "a delivery that raises is postponed; its traceback could contain the webhook URL",
    (
        "devtools/local_stack/pytest_plugin.py",
        "pytest_load_initial_conftests",
    ): "stops the servers, then raises the exception again",
}

UNSEALING_FILES = {
    "accounts/sign_in/adapters.py": "opens the secret of a second factor to check a code, and for key rotation",
    "notifications/destinations.py": "opens a Slack webhook URL to send a message",
    "notifications/webhooks/endpoint_secrets.py": "opens the secrets of an endpoint to sign its messages",
    "krafter_audit/api/idempotency.py": "opens a stored response that contains a secret, to repeat it",
    "integrations/webhooks/services.py": "opens a webhook secret to verify a signature",
    "krafter_audit/security/vault.py": "defines it",
    "integrations/credentials.py": "opens integration credentials for a sync, and for key rotation",
    "scans/site_credentials/services.py": "opens site credentials for a scan, and for key rotation",
    "reports/sharing/delivery.py": "opens a Slack webhook URL to send a message",
}
CREDENTIALS_FILES = {
    "integrations/credentials.py": "defines it",
    "integrations/oauth/token_refresh.py": "for a sync or a recheck that is about to use them",
    "integrations/services.py": "keeps the choices, such as the repository, at a new sign-in",
}


def test_source_files_are_found() -> None:
    assert len(files()) > 100


def test_no_file_exceeds_500_lines() -> None:
    lengths = {path: len(text(path).splitlines()) for path in files()}

    assert {path: length for path, length in lengths.items() if length > MAX_FILE_LINES} == {}


def test_no_folder_has_more_than_18_modules() -> None:
    modules = Counter(str(PurePath(path).parent) for path in files() if not path.endswith("__init__.py"))

    assert {folder: number for folder, number in modules.items() if number > MAX_MODULES} == {}


def test_no_function_exceeds_40_lines() -> None:
    lengths = {
        f"{path}: {node.name}": (node.end_lineno or 0) - node.lineno + 1
        for path in files()
        for node in functions(path)
    }

    assert {name: length for name, length in lengths.items() if length > MAX_FUNCTION_LINES} == {}


def unannotated(path: str) -> Iterator[str]:
    for node in functions(path):
        arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
        arguments += [extra for extra in (node.args.vararg, node.args.kwarg) if extra]
        missing = [
            argument.arg
            for argument in arguments
            if argument.annotation is None and argument.arg not in ("self", "cls")
        ]
        if missing or node.returns is None:
            yield f"{node.name}:{node.lineno} {' '.join(missing)}".strip()


def test_every_function_is_annotated() -> None:
    assert {path: found for path in files() if (found := list(unannotated(path)))} == {}


def test_no_file_contains_a_task_marker() -> None:
    markers = re.compile(r"\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "X" * 3, "HA" + "CK")) + r")\b")
    patterns = ("*.py", "*.html", "*.css")
    folders = [ROOT / name for name in (*PACKAGES, "tests", "templates")]
    searched = [path for folder in folders for pattern in patterns for path in folder.rglob(pattern)]
    searched += [ROOT / "krafter", ROOT / "manage.py"]

    assert [str(path) for path in searched if path.is_file() and markers.search(path.read_text())] == []


def broad_excepts(path: str) -> Iterator[tuple[str, str]]:
    for function in functions(path):
        for node in ast.walk(function):
            if isinstance(node, ast.ExceptHandler) and catches_everything(node.type):
                yield path, function.name


def catches_everything(caught: ast.expr | None) -> bool:
    kinds = caught.elts if isinstance(caught, ast.Tuple) else [caught]
    return any(
        kind is None or isinstance(kind, ast.Name) and kind.id in ("Exception", "BaseException")
        for kind in kinds
    )


def test_only_the_listed_functions_catch_every_exception() -> None:
    found = {pair for path in files() for pair in broad_excepts(path)}

    assert found == set(BROAD_EXCEPTS)


def test_no_module_has_a_vague_name() -> None:
    vague = {path: set(path.removesuffix(".py").split("/")) & VAGUE_NAMES for path in files()}

    assert {path: words for path, words in vague.items() if words} == {}


def files_using(name: str) -> set[str]:
    """Return the files that define, call or mention a function of this name."""
    return {path for path in files() for node in nodes(path) if name_of(node) == name}


def name_of(node: ast.AST) -> str:
    match node:
        case ast.Attribute(attr=name) | ast.Name(id=name) | ast.FunctionDef(name=name):
            return name
    return ""


def test_only_the_listed_files_open_sealed_secrets() -> None:
    assert files_using("open_sealed") == set(UNSEALING_FILES)


def test_only_the_listed_files_read_integration_credentials() -> None:
    assert files_using("open_credentials") == set(CREDENTIALS_FILES)
