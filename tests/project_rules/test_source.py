"""The rules of the house that a machine can hold the code to. The direction of imports is import-linter's."""

import ast
import re
from collections.abc import Iterator

import pytest

from tests.project_rules.source import ROOT, files, functions, imported, text, tree

LONGEST_FILE, LONGEST_FUNCTION = 500, 40

NAMES_THAT_SAY_NOTHING = {"utils", "util", "helpers", "helper", "common", "misc", "core", "shared", "tools"}

# Whatever an adapter, an exporter or a channel raises, the row must not stay as it was: it is the worker's boundary.
BROAD_EXCEPTS = {
    ("scanner/engine.py", "_run_once"): "one broken check is inconclusive and must not end the look",
    ("scanner/cli/run.py", "_run"): "one address that breaks the look must not end that of the others",
    ("events/outbox.py", "consume"): "an entry that fails must not block the others",
    ("integrations/sync/engine.py", "_run"): "a sync that breaks must not stay at syncing",
    ("reports/export.py", "export_report"): "an export that breaks is free again and tried later",
    (
        "reports/sharing/delivery.py",
        "deliver_share",
    ): "a delivery that breaks is postponed; its trace could hold the webhook",
    (
        "devtools/local_stack/pytest_plugin.py",
        "pytest_load_initial_conftests",
    ): "ends the servers, then raises it on",
}

WAYS_OUT = (
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
ALLOWED_OUT = {
    "krafter_audit/server.py": "the web server listens; it opens no connection",
    "krafter_audit/http/": "the HTTP client that enforces the SSRF policy",
    "devtools/doctor.py": "asks the running system whether it is ready",
    "devtools/local_stack/": "asks our own web and looks for free ports on this machine, before there are settings",
    "devtools/benchmark/": "asks the webs that it has started on this machine",
    "devtools/demo/": "a client that tells the story from outside, with nothing but the standard library",
}

OPENERS = {
    "notifications/destinations.py": "opens a Slack webhook at the moment at which it is sent to",
    "integrations/webhooks/services.py": "to see whether a provider signed with it",
    "krafter_audit/security/vault.py": "defines it",
    "integrations/credentials.py": "opens for the sync and for the rotation of keys",
    "scans/site_credentials/services.py": "opens site credentials for a scan, and for key rotation",
    "reports/sharing/delivery.py": "opens a Slack webhook at the moment at which it is sent to",
}
CREDENTIALS_READERS = {
    "integrations/credentials.py": "defines it",
    "integrations/oauth/token_refresh.py": "for a sync, or another look, that is about to use them",
    "integrations/services.py": "keeps what was chosen, such as the repository, over a new sign-in",
}

PATHS = pytest.mark.parametrize("path", files())


def test_there_is_a_house_to_look_at() -> None:
    assert len(files()) > 100


def test_no_file_is_longer_than_can_be_read_at_one_sitting() -> None:
    lengths = {path: len(text(path).splitlines()) for path in files()}

    assert {path: length for path, length in lengths.items() if length > LONGEST_FILE} == {}


def test_no_function_is_longer_than_a_screen() -> None:
    lengths = {
        f"{path}: {node.name}": (node.end_lineno or 0) - node.lineno + 1
        for path in files()
        for node in functions(path)
    }

    assert {name: length for name, length in lengths.items() if length > LONGEST_FUNCTION} == {}


def unannotated(path: str) -> Iterator[str]:
    for node in functions(path):
        arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
        arguments += [extra for extra in (node.args.vararg, node.args.kwarg) if extra]
        bare = [each.arg for each in arguments if each.annotation is None and each.arg not in ("self", "cls")]
        if bare or node.returns is None:
            yield f"{node.name}:{node.lineno} {' '.join(bare)}".strip()


@PATHS
def test_every_function_says_what_it_takes_and_returns(path: str) -> None:
    assert list(unannotated(path)) == []


def test_nothing_is_left_to_be_done_in_a_comment() -> None:
    marks = re.compile(r"\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "X" * 3, "HA" + "CK")) + r")\b")
    kinds = ("*.py", "*.html", "*.css")
    rooms = [ROOT / room for room in {path.split("/")[0] for path in files()} | {"tests", "templates"}]
    everything = [path for room in rooms for kind in kinds for path in room.rglob(kind)] + [ROOT / "krafter"]

    assert [str(path) for path in everything if path.is_file() and marks.search(path.read_text())] == []


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


def test_everything_is_caught_at_the_workers_boundary_alone() -> None:
    found = {place for path in files() for place in broad_excepts(path)}

    assert found == set(BROAD_EXCEPTS)


def test_no_module_has_a_name_that_says_nothing() -> None:
    named = {path: set(path.removesuffix(".py").split("/")) & NAMES_THAT_SAY_NOTHING for path in files()}

    assert {path: words for path, words in named.items() if words} == {}


def leads_out(name: str) -> bool:
    return any(name == way or name.startswith(f"{way}.") for way in WAYS_OUT)


def ways_out(path: str) -> set[str]:
    """What a file imports that leads out. A socket that `dial` has opened may be named as a type, not made."""
    ways = {name for name in imported(path) if leads_out(name)}
    called = {ast.unparse(node.func) for node in ast.walk(tree(path)) if isinstance(node, ast.Call)}
    named_alone = ways == {"socket"} and not any(name.startswith("socket.") for name in called)
    return set() if named_alone else ways


@PATHS
def test_nothing_reaches_the_network_but_through_the_guarded_door(path: str) -> None:
    assert path.startswith(tuple(ALLOWED_OUT)) or ways_out(path) == set()


def users_of(name: str, *, of: str = "") -> set[str]:
    """The files that call or name `name`, or `of.name` where it is a module's attribute."""
    found = set()
    for path in files():
        for node in ast.walk(tree(path)):
            by_attribute = (
                isinstance(node, ast.Attribute)
                and node.attr == name
                and (not of or ast.unparse(node.value) in of.split())
            )
            by_name = not of and isinstance(node, ast.Name) and node.id == name
            if by_attribute or by_name or isinstance(node, ast.FunctionDef) and node.name == name:
                found.add(path)
    return found


def test_sealed_secrets_are_opened_in_few_places_that_are_known() -> None:
    assert users_of("open_sealed") == set(OPENERS)


def test_credentials_are_read_where_they_are_needed_and_nowhere_else() -> None:
    assert users_of("open_credentials") == set(CREDENTIALS_READERS)
