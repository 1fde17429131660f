"""Jobs are enqueued by name: each name exists, with matching arguments, and each job is short."""

import ast
import inspect
from collections.abc import Iterator

import pytest

from krafter_audit.celery import app
from krafter_audit.jobs.beat_schedule import beat_schedule
from remediation.checks.queues import JOB_OF_SCANNER
from tests.project_rules.source import Function, files, functions, imported, nodes

MODULE = "krafter_audit.jobs.queues"
ENQUEUE_FUNCTIONS = {f"{MODULE}.enqueue_on_commit", f"{MODULE}.enqueue"}
MAX_LINES = 5


def enqueue_calls() -> Iterator[tuple[str, ast.Call]]:
    """Yield each call that enqueues a job, with its file."""
    for path in files():
        names = {name.rpartition(".")[2] for name in imported(path) & ENQUEUE_FUNCTIONS}
        for node in nodes(path):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names:
                yield path, node


def job_names(call: ast.Call) -> list[str]:
    """Return the names that a call may enqueue: its first argument, or all names of `JOB_OF_SCANNER`."""
    name = call.args[0]
    if isinstance(name, ast.Constant):
        return [str(name.value)]
    assert isinstance(name, ast.Subscript), ast.unparse(call)
    assert ast.unparse(name.value) == "JOB_OF_SCANNER", ast.unparse(call)
    return list(JOB_OF_SCANNER.values())


@pytest.fixture(autouse=True)
def _load_jobs() -> None:
    app.loader.import_default_modules()


def test_enqueued_jobs_exist_and_accept_their_arguments() -> None:
    errors = []
    for path, call in enqueue_calls():
        for name in job_names(call):
            try:
                inspect.signature(app.tasks[name].run).bind(*call.args[1:])
            except (KeyError, TypeError) as error:
                errors.append(f"{path}:{call.lineno} {name}: {error!r}")

    assert errors == []


def test_every_job_is_scheduled_or_enqueued() -> None:
    ours = {name for name in app.tasks if not name.startswith("celery.")}
    enqueued = {name for _, call in enqueue_calls() for name in job_names(call)}

    assert ours - {entry["task"] for entry in beat_schedule(10).values()} == enqueued


def test_jobs_are_enqueued_through_one_module() -> None:
    calls = {
        path
        for path in files()
        for node in nodes(path)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("apply_async", "delay", "send_task")
    }
    # Imported by name, so that `enqueue_calls` finds every call.
    as_module = {path for path in files() if MODULE in imported(path)} - {
        path for path in files() if any(name.startswith(f"{MODULE}.") for name in imported(path))
    }

    assert calls == {"krafter_audit/jobs/queues.py", "reports/jobs.py"}  # a share's delivery is retried later
    assert as_module == set()


def jobs() -> Iterator[tuple[str, Function]]:
    """Yield the functions that Celery runs, with their files."""
    for path in files():
        for function in functions(path):
            if any(ast.unparse(decorator).startswith("app.task") for decorator in function.decorator_list):
                yield path, function


def test_jobs_call_an_engine_or_a_service_in_at_most_five_lines() -> None:
    lengths = {
        f"{path}: {job.name}": (job.end_lineno or 0) - job.body[1].lineno + 1
        for path, job in jobs()
        if ast.get_docstring(job)
    }

    assert len(lengths) == len([name for name in app.tasks if not name.startswith("celery.")])
    assert {name: length for name, length in lengths.items() if length > MAX_LINES} == {}
