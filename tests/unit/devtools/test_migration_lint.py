"""Migrations that lock tables for long, or break the version that still runs, are refused."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.db.migrations import Migration
from django.db.migrations.loader import MigrationLoader

from devtools import lint
from devtools.migration_lint import find_problems, later_migrations, sql_of
from tests.project_rules.source import ROOT

LOCKED = re.compile(r"(?:warning|error): ([a-z-]+)")


def documented_migrations() -> list[type[Migration]]:
    """Return the examples of UPGRADING.md: the one that is refused, and the one that passes."""
    blocks = re.findall(r"^```python\n(from .*?)^```", (ROOT / "UPGRADING.md").read_text(), re.M | re.S)
    found: list[type[Migration]] = []
    for block in blocks:
        names: dict[str, Any] = {}
        exec(block, names)
        found.append(names["Migration"])
    return found


def broken_rules(migration: type[Migration], *, ignored: tuple[str, ...] = ()) -> set[str]:
    state = MigrationLoader(connection).project_state(("remediation", "0002_postgresql"))
    sql = sql_of(migration("0003_example", "remediation"), state)
    return set(LOCKED.findall(find_problems("remediation.0003_example", sql, ignored)))


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_examples_of_the_upgrade_guide_are_refused_and_accepted() -> None:
    unsafe, safe = documented_migrations()

    assert broken_rules(unsafe) == {"require-concurrent-index-creation", "ban-drop-default"}
    assert broken_rules(safe) == set()


@pytest.mark.parametrize(
    ("sql", "rule"),
    [
        ('ALTER TABLE "t" DROP COLUMN "c" CASCADE;', "ban-drop-column"),
        ('ALTER TABLE "t" RENAME COLUMN "c" TO "d";', "renaming-column"),
        ('ALTER TABLE "t" ALTER COLUMN "c" TYPE bigint USING "c"::bigint;', "changing-column-type"),
        ('ALTER TABLE "t" ALTER COLUMN "c" SET NOT NULL;', "adding-not-nullable-field"),
        ('BEGIN; CREATE INDEX CONCURRENTLY "i" ON "t" ("c"); COMMIT;',
         "ban-concurrent-index-creation-in-transaction"),
        ("LOCK TABLE t IN ACCESS EXCLUSIVE MODE;", "ban-lock-table"),
        ("BEGIN;\n--\n-- It's raw SQL\n--\nlock t;\nCOMMIT;", "ban-lock-table"),
        ("DO $$ BEGIN LOCK TABLE t; END $$;", "ban-lock-table"),
        ("TRUNCATE t;", "ban-truncate"),
        ("VACUUM FULL t;", "ban-vacuum-full"),
        ("VACUUM (ANALYZE, FULL) t;", "ban-vacuum-full"),
        ("CLUSTER t USING i;", "ban-cluster"),
        ("REINDEX TABLE t;", "require-concurrent-reindex"),
        ("ALTER TABLE t SET UNLOGGED;", "ban-table-rewrite"),
        ("ALTER TABLE t ADD COLUMN c bigserial;", "ban-table-rewrite"),
        ("ALTER TABLE t DISABLE TRIGGER ALL;", "ban-disable-trigger"),
        ("REFRESH MATERIALIZED VIEW v;", "require-concurrent-refresh"),
        ("UPDATE t SET c = 'WHERE';", "require-batches"),
        ("DELETE FROM t;", "require-batches"),
        ("BEGIN;\n-- THIS OPERATION THAT CANNOT BE WRITTEN AS SQL\nCOMMIT;", "require-batches"),
    ],
)  # fmt: skip
def test_unsafe_statement_is_refused_unless_its_rule_is_ignored(sql: str, rule: str) -> None:
    assert LOCKED.findall(find_problems("app.0003_x", sql)) == [rule]
    assert find_problems("app.0003_x", sql, [rule]) == ""


@pytest.mark.parametrize(
    "sql",
    [
        "COMMENT ON TABLE t IS 'x; LOCK TABLE t;';",
        "CREATE TRIGGER x BEFORE TRUNCATE ON t FOR EACH STATEMENT EXECUTE FUNCTION f();",
        "VACUUM (ANALYZE) t;",
        "REINDEX TABLE CONCURRENTLY t;",
        "REFRESH MATERIALIZED VIEW CONCURRENTLY v;",
        "UPDATE t SET c = 1 WHERE id < 1000;",
        "SELECT id FROM t FOR UPDATE SKIP LOCKED;",
    ],
)
def test_safe_statement_is_accepted(sql: str) -> None:
    assert find_problems("app.0003_x", sql) == ""


def test_migrations_of_the_first_release_are_exempt(tmp_path: Path) -> None:
    for name in ("scans/migrations/0001_initial.py", "scans/migrations/0003_expand.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()

    assert later_migrations(tmp_path) == [("scans", "0003_expand")]


def test_lint_includes_the_migrations() -> None:
    assert "devtools.migration_lint" in dict(lint.commands())["lock safety of migrations"]
