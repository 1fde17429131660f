"""Every event that the code logs is declared, and documented with the same name."""

import ast
import re

from events.names import LABELS, ORGANIZATION_EVENTS, PROJECT_EVENTS
from tests.project_rules.source import files, nodes, strings, text

LOGGING = {"log_event", "log_events", "_log"}
NAME = re.compile(r"[a-z_]+\.[a-z_]+")
# Names that are made of a status or chosen in an expression: file → names.
COMPUTED = {
    "bulk_changes/creations.py": {"task.deleted"},
    "scans/worker/finalization.py": {"scan.completed", "scan.failed"},
    "reports/sharing/delivery.py": {"share.sent", "share.failed"},
    "integrations/sync/engine.py": {"integration.synced", "integration.sync_failed"},
}
SQL_FILE = "remediation/policy_simulation/impact.py"


def logged_names() -> set[str]:
    """Return the names in the first argument of the calls that log events."""
    found = {name for names in COMPUTED.values() for name in names}
    for path in files():
        for node in nodes(path):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in LOGGING and node.args:
                literals = [
                    child.value for child in ast.walk(node.args[0]) if isinstance(child, ast.Constant)
                ]
                found |= {str(value) for value in literals if NAME.fullmatch(str(value))}
    return found


def test_every_logged_event_is_declared() -> None:
    names = logged_names()

    assert len(names) > 30
    assert names == set(PROJECT_EVENTS)


def test_labels_are_of_declared_events() -> None:
    assert set(LABELS) - set(PROJECT_EVENTS) - set(ORGANIZATION_EVENTS) == set()


def test_events_that_sql_logs_are_declared() -> None:
    written = {
        name for value in strings(SQL_FILE) for name in re.findall(r"[a-z]+\.(?:updated|created)\b", value)
    }

    assert written == {"finding.updated", "task.updated"}
    assert written <= set(PROJECT_EVENTS)


def test_docs_list_every_event() -> None:
    listed = re.findall(r"^\| `([a-z_]+\.[a-z_]+)` \|", text("docs/api.md"), re.MULTILINE)

    assert sorted(listed) == sorted([*PROJECT_EVENTS, *ORGANIZATION_EVENTS])


def test_every_event_of_an_organisation_is_declared() -> None:
    announcing = {"send_account_changed", "log_organization_event", "log_account_event"}
    calls = [
        node
        for path in files()
        for node in nodes(path)
        if isinstance(node, ast.Call) and ast.unparse(node.func) in announcing and node.args
    ]

    literals = {
        child.value for call in calls for child in ast.walk(call.args[0]) if isinstance(child, ast.Constant)
    }
    # Chosen in an expression, in the admin.
    assert literals | {"organization.updated", "project.updated"} == set(ORGANIZATION_EVENTS)
