"""Every update of findings sets `updated_at`: the burn-down counts the change on that day."""

import ast
import re
from collections.abc import Iterable, Iterator

from tests.project_rules.source import files, functions, nodes, strings

UPDATE = r"(?s)Finding\.(objects|_default_manager|_base_manager)\b.*\.update$"


def updates(found: Iterable[ast.AST]) -> Iterator[ast.Call]:
    """Yield the calls of `Finding.objects….update(…)`."""
    for node in found:
        is_call = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        if is_call and node.func.attr == "update" and re.match(UPDATE, ast.unparse(node.func)):
            yield node


def sets_updated_at(path: str, call: ast.Call) -> bool:
    """Return whether `updated_at` is in the call, or in the function of the file that returns its values."""
    if any(word.arg == "updated_at" for word in call.keywords):
        return True
    makers = {ast.unparse(word.value.func) for word in call.keywords if isinstance(word.value, ast.Call)}
    return any("updated_at" in ast.unparse(maker) for maker in functions(path) if maker.name in makers)


def test_every_orm_update_of_findings_sets_updated_at() -> None:
    calls = [(path, call) for path in files() for call in updates(nodes(path))]

    assert len(calls) >= 1
    assert [f"{path}:{call.lineno}" for path, call in calls if not sets_updated_at(path, call)] == []


def test_every_sql_update_of_findings_sets_updated_at() -> None:
    found = [
        (path, text)
        for path in files()
        for text in strings(path)
        if re.search(r"\bUPDATE findings_finding\b|findings_finding.*DO UPDATE", text, re.DOTALL)
    ]

    assert len(found) >= 1
    assert [path for path, text in found if "updated_at" not in text] == []


def test_an_update_without_updated_at_is_detected() -> None:
    [call] = updates(ast.walk(ast.parse("Finding.objects.filter(pk=1).update(status='new')")))

    assert not sets_updated_at("findings/models.py", call)
