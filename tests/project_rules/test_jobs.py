"""A job is sent by its name: what is sent is there to be run, and takes what it is sent."""

import ast
import inspect
from collections.abc import Iterator

import pytest

from krafter_audit.beat_schedule import beat_schedule
from krafter_audit.celery import app
from remediation.checks.queues import JOB_OF_SCANNER
from tests.project_rules.source import files, imported, tree

MODULE = "krafter_audit.jobs"
SENDERS = {f"{MODULE}.enqueue_on_commit", f"{MODULE}.enqueue"}


def sendings() -> Iterator[tuple[str, ast.Call]]:
    """Every call by which a job is sent, and its file; `lib/jobs.py` itself hands on what it is given."""
    for path in files():
        names = {name.rpartition(".")[2] for name in imported(path) & SENDERS}
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names:
                yield path, node


def names_sent(call: ast.Call) -> list[str]:
    """The names that a call may send: the one that it says, or those of the table that it looks into."""
    name = call.args[0]
    if isinstance(name, ast.Constant):
        return [str(name.value)]
    assert isinstance(name, ast.Subscript), ast.unparse(call)
    assert ast.unparse(name.value) == "JOB_OF_SCANNER", ast.unparse(call)
    return list(JOB_OF_SCANNER.values())


@pytest.fixture(autouse=True)
def _every_job_is_known() -> None:
    app.loader.import_default_modules()


def test_every_job_that_is_sent_exists_and_takes_the_arguments_that_it_is_sent() -> None:
    refused = []
    for path, call in sendings():
        for name in names_sent(call):
            try:
                inspect.signature(app.tasks[name].run).bind(*call.args[1:])
            except (KeyError, TypeError) as error:
                refused.append(f"{path}:{call.lineno} {name}: {error!r}")

    assert refused == []


def test_every_job_that_is_not_started_by_the_clock_is_sent_by_somebody() -> None:
    ours = {name for name in app.tasks if not name.startswith("celery.")}
    sent = {name for _, call in sendings() for name in names_sent(call)}

    assert ours - {entry["task"] for entry in beat_schedule(10).values()} == sent


def test_jobs_are_enqueued_through_one_module() -> None:
    calls = {
        path
        for path in files()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("apply_async", "delay", "send_task")
    }
    # Imported by name, so that `sendings` finds every call.
    as_module = {path for path in files() if MODULE in imported(path)} - {
        path for path in files() if any(name.startswith(f"{MODULE}.") for name in imported(path))
    }

    assert calls == {"krafter_audit/jobs.py", "reports/jobs.py"}  # a share's delivery is retried later
    assert as_module == set()
