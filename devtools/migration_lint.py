"""Lint migrations for lock safety: `./krafter lint`.

squawk reads the SQL of each migration after those of the first release, which create empty tables. It refuses what
blocks reads or writes for long, and what breaks the previous version, which still runs while `migrate` does.
`FURTHER_RULES` are for statements that squawk accepts. UPGRADING.md says how to write a migration that passes.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import django
from django.db import connection
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.state import ProjectState

from devtools.local_stack.temporary_servers import temporary_postgres
from devtools.setup_environment import ROOT, VENV

FIRST_RELEASE = ("0001_initial", "0002_postgresql")
EXCLUDED_RULES = (
    # Set for every connection: KRAFTER_DB_LOCK_SECONDS, KRAFTER_DB_STATEMENT_SECONDS.
    "require-lock-timeout", "require-statement-timeout", "require-timeout-settings",
    # The types that Django's fields have, and statements that Django repeats only as a whole.
    "prefer-bigint-over-int", "prefer-bigint-over-smallint", "prefer-identity", "prefer-text-field",
    "ban-char-field", "prefer-robust-stmts",
)  # fmt: skip
# A statement begins after another one, or within the body of a DO or a function.
STATEMENT_START = r"(?:\A|;|\$\w*\$|\b(?:BEGIN|THEN|ELSE|LOOP))\s*"
ALTER = rf"{STATEMENT_START}ALTER\s+TABLE\b[^;]*\b"
COMMENT_OR_LITERAL = re.compile(r"--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'", re.DOTALL)  # comments and literals
RUN_PYTHON_COMMENT = "OPERATION THAT CANNOT BE WRITTEN AS SQL"  # Django's comment instead of RunPython
FURTHER_RULES = {
    "ban-lock-table": (
        rf"{STATEMENT_START}LOCK\b",
        "LOCK TABLE makes every client wait until the end of the transaction.",
    ),
    "ban-truncate": (
        rf"{STATEMENT_START}TRUNCATE\b",
        "TRUNCATE blocks reads and writes, and deletes rows that the previous version still uses.",
    ),
    "ban-vacuum-full": (
        rf"{STATEMENT_START}VACUUM\s*(?:FULL\b|\([^)]*\bFULL\b)",
        "VACUUM FULL rewrites the table while it blocks reads and writes.",
    ),
    "ban-cluster": (
        rf"{STATEMENT_START}CLUSTER\b",
        "CLUSTER rewrites the table while it blocks reads and writes.",
    ),
    "ban-table-rewrite": (
        rf"{ALTER}(?:SET\s+(?:LOGGED|UNLOGGED|TABLESPACE|ACCESS\s+METHOD)|ADD\s+(?:COLUMN\s+)?(?!CONSTRAINT)\S+\s+(?:BIG|SMALL)?SERIAL)\b",
        "This rewrites the table while it blocks reads and writes.",
    ),
    "ban-disable-trigger": (
        rf"{ALTER}DISABLE\s+(?:TRIGGER|RULE)\b",
        "Rows that clients write meanwhile are neither counted nor protected.",
    ),
    "require-concurrent-refresh": (
        rf"{STATEMENT_START}REFRESH\s+MATERIALIZED\s+VIEW\s+(?!CONCURRENTLY\b)",
        "REFRESH without CONCURRENTLY blocks reads of the view.",
    ),
    "require-batches": (
        rf"{STATEMENT_START}(?:UPDATE|DELETE\s+FROM)\b(?![^;]*\bWHERE\b)",
        "A change of all rows locks them until the end of the transaction. Change some thousands at a time.",
    ),
}
IGNORED_RULES_ATTRIBUTE = "ignored_lock_rules"  # attribute of a migration's class: {rule: reason}
SQUAWK = VENV / "bin" / "squawk"


def later_migrations(root: Path = ROOT) -> list[tuple[str, str]]:
    """Return (app, name) of migrations after the first release."""
    files = [path for path in root.glob("*/migrations/[0-9]*.py") if path.parts[-3] != "clients"]
    files += root.glob("krafter_audit/*/migrations/[0-9]*.py")
    return sorted((path.parts[-3], path.stem) for path in files if path.stem not in FIRST_RELEASE)


def sql_of(migration: Migration, state: ProjectState) -> str:
    """Return the statements of a migration; `state` is that before it. Needs a connection to a database before it."""
    with connection.schema_editor(collect_sql=True, atomic=migration.atomic) as editor:
        migration.apply(state.clone(), editor, collect_sql=True)
    statements = "\n".join(editor.collected_sql)
    return f"BEGIN;\n{statements}\nCOMMIT;\n" if migration.atomic else f"{statements}\n"


def find_problems(name: str, sql: str, ignored: Iterable[str] = ()) -> str:
    """Return the refused statements of the SQL with their line numbers, or ""."""
    further = "".join(
        f"{name}.sql:{line}: warning: {rule} {text}\n"
        for line, rule, text in further_problems(sql)
        if rule not in ignored
    )
    return squawk_problems(name, sql, ignored) + further


def further_problems(sql: str) -> Iterator[tuple[int, str, str]]:
    """Yield line, rule and sentence for each unsafe statement that squawk accepts."""
    code = COMMENT_OR_LITERAL.sub(lambda text: "\n" * text[0].count("\n"), sql)
    for rule, (pattern, sentence) in FURTHER_RULES.items():
        for found in re.finditer(pattern, code, re.IGNORECASE):
            yield code.count("\n", 0, found.end()), rule, sentence
    if RUN_PYTHON_COMMENT in sql and sql.startswith("BEGIN;"):
        line = sql.count("\n", 0, sql.index(RUN_PYTHON_COMMENT))
        yield (
            line,
            "require-batches",
            "Rows that Python changes stay locked until the end: set atomic = False.",
        )


def squawk_problems(name: str, sql: str, ignored: Iterable[str]) -> str:
    excluded = ",".join((*EXCLUDED_RULES, *(rule for rule in ignored if rule not in FURTHER_RULES)))
    command = [str(SQUAWK), "--reporter", "gcc", "--exclude", excluded, "--stdin-filepath", f"{name}.sql"]
    ended = subprocess.run(command, input=sql, capture_output=True, text=True, check=False)
    return f"{ended.stdout}{ended.stderr}" if ended.returncode else ""


def find_unsafe(names: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Migrate an empty database step by step; return the problems of the migrations that have any."""
    executor, wanted, unsafe = MigrationExecutor(connection), set(names), {}
    for migration, _ in executor.migration_plan(executor.loader.graph.leaf_nodes()):
        key = (migration.app_label, migration.name)
        executor = MigrationExecutor(connection)
        if key in wanted:
            title = ".".join(key)
            state = executor.loader.project_state(key, at_end=False)
            ignored: Mapping[str, str] = getattr(migration, IGNORED_RULES_ATTRIBUTE, {})
            if problems := find_problems(title, sql_of(migration, state), ignored):
                unsafe[title] = problems
        executor.migrate([key])
    return unsafe


def main() -> int:
    names = later_migrations()
    if not names:
        print("No migration is later than those of the first release, which create the tables.")
        return 0
    with temporary_postgres() as server:
        os.environ["DATABASE_URL"] = server.url
        django.setup()
        unsafe = find_unsafe(names)
    for problems in unsafe.values():
        print(problems)
    if unsafe:
        print(f"Unsafe while the system runs: {', '.join(unsafe)}. UPGRADING.md says what to do instead.")
    return 1 if unsafe else 0


if __name__ == "__main__":
    sys.exit(main())
