"""No code writes a status around its transition table."""

import ast
import re
from collections.abc import Iterator

from django.apps import apps

from krafter_audit.db.transitions import StatusField
from tests.project_rules.source import files, nodes, strings

TRANSITIONS = "krafter_audit/db/transitions.py"
STATUSES = {
    field.name
    for model in apps.get_models()
    for field in model._meta.concrete_fields
    if isinstance(field, StatusField)
} - {"outcome"}  # of a sync run; that of alerts and shares is a sentence
WRITERS = {"update", "write", "update_or_create", "aupdate"}


def status_writes(path: str) -> Iterator[str]:
    """Yield the calls of a file that would write a status: `.update(status=…)`, `bulk_update(…, ["status"])`."""
    for node in nodes(path):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        keywords = {keyword.arg for keyword in node.keywords}
        if node.func.attr in WRITERS and keywords & STATUSES:
            yield ast.unparse(node)
        constants = [child.value for child in ast.walk(node) if isinstance(child, ast.Constant)]
        if node.func.attr in ("bulk_update", "bulk_create") and STATUSES & set(map(str, constants)):
            yield ast.unparse(node)


def test_only_transitions_write_statuses() -> None:
    others = [path for path in files() if path != TRANSITIONS]

    assert {path: found for path in others if (found := list(status_writes(path)))} == {}


def test_no_sql_update_sets_a_status() -> None:
    names = "|".join(sorted(STATUSES))
    sets_status = re.compile(rf"\bUPDATE\b.*\bSET\b[^;]*?\b({names})\b *=", re.IGNORECASE | re.DOTALL)
    conditions = re.compile(r"\bWHERE\b.*?(?=\bUPDATE\b|\Z)", re.IGNORECASE | re.DOTALL)
    product = [path for path in files() if not path.startswith("devtools/")]
    texts = {(path, text) for path in product for text in strings(path) if "UPDATE" in text}

    assert [path for path, text in texts if sets_status.search(conditions.sub("", text))] == []
