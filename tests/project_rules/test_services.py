"""A service opens its own transaction, and enqueues jobs when it has committed."""

import ast
from collections.abc import Iterator
from pathlib import PurePath

from tests.project_rules.source import Function, files, tree

NEED_TRANSACTION = {
    "advisory_lock",
    "enqueue_on_commit",
    "lock_finding",
    "lock_task",
    "lock_verification",
    "log_event",
    "log_events",
    "log_organization_event",
    "select_for_update",
    "send_account_changed",
}
# Public functions that are called in the transaction of another one.
IN_TRANSACTION_OF_CALLER = {
    "accounts/invitations/services.py": {"request_mail", "request_notice"},
    "findings/services/ingestion.py": {"lock_findings_of_reports"},
    "integrations/services.py": {"lock_connected"},
    "integrations/webhooks/services.py": {"get_webhook"},
    "notifications/webhooks/services.py": {"disable_after_failure"},
    "remediation/services/approvals.py": {"record"},
    "remediation/services/dismissed_findings.py": {
        "follow_dismissals",
        "pause_clocks",
        "restore_pauses",
        "resume_unblocked_clocks",
    },
    "remediation/services/due_dates.py": {
        "log_moves",
        "pause_or_resume_clock",
        "pause_or_resume_clocks",
        "restart_clock",
        "stop_clock",
    },
    "remediation/services/recalculations.py": {"start"},
    "remediation/services/tasks.py": {"follow_ticket", "update_locked"},
    "remediation/services/verdicts.py": {"reopen_locked"},
    "remediation/services/verifications.py": {"run_locked"},
    "reports/services.py": {"lock_latest"},
}
# They enqueue work that is pending already.
ENQUEUE_AT_ONCE = {
    "assurance/services/pull_requests.py": {"enqueue_due"},
    "remediation/services/recalculations.py": {"requeue_unfinished", "run"},
}


def services() -> Iterator[tuple[str, dict[str, Function]]]:
    """Yield each file of services with its functions by name."""
    for path in files():
        if "services" in PurePath(path).with_suffix("").parts:
            yield path, {node.name: node for node in tree(path).body if isinstance(node, ast.FunctionDef)}


def opens_transaction(node: ast.AST) -> bool:
    if isinstance(node, ast.With):
        return any("transaction.atomic" in ast.unparse(item) for item in node.items)
    decorators = node.decorator_list if isinstance(node, ast.FunctionDef) else []
    return any("transaction.atomic" in ast.unparse(decorator) for decorator in decorators)


def calls_in(node: ast.AST) -> Iterator[str]:
    """Yield the names of the functions that are called in a node, outside the transactions that it opens."""
    if opens_transaction(node):
        return
    if isinstance(node, ast.Call):
        yield ast.unparse(node.func).rpartition(".")[2]
    for child in ast.iter_child_nodes(node):
        yield from calls_in(child)


def needs_transaction(name: str, functions: dict[str, Function]) -> bool:
    called = set(calls_in(functions[name]))
    others = {key: value for key, value in functions.items() if key != name}
    return bool(called & NEED_TRANSACTION) or any(
        needs_transaction(other, others) for other in called & others.keys()
    )


def by_file(found: Iterator[tuple[str, str]]) -> dict[str, set[str]]:
    names: dict[str, set[str]] = {}
    for path, name in found:
        names.setdefault(path, set()).add(name)
    return names


def test_services_that_lock_log_or_enqueue_open_a_transaction() -> None:
    without = (
        (path, name)
        for path, functions in services()
        for name in functions
        if not name.startswith("_") and needs_transaction(name, functions)
    )

    assert by_file(without) == IN_TRANSACTION_OF_CALLER


def test_services_enqueue_jobs_on_commit() -> None:
    at_once = (
        (path, name)
        for path, functions in services()
        for name, function in functions.items()
        if "enqueue" in {ast.unparse(node.func) for node in ast.walk(function) if isinstance(node, ast.Call)}
    )

    assert by_file(at_once) == ENQUEUE_AT_ONCE
