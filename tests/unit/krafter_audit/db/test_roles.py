"""The application role cannot change the audit log and evidence, whatever SQL it executes."""

from datetime import date

import pytest
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection, transaction

from events.models import Event
from krafter_audit.db import roles
from remediation.models import Evidence
from remediation.services import verdicts
from tests import database_role, factories

MONTH = f"{date.today():%Y_%m}"
APPEND_ONLY = ["events_counterchange", "events_event", "remediation_evidence"]
ATTACKS = [
    "UPDATE {table} SET id = id",
    "DELETE FROM {table}",
    "SET LOCAL krafter.retention = 'on'; DELETE FROM {table}",
    "TRUNCATE {table}",
    "TRUNCATE {table} CASCADE",
    "DROP TABLE {table}",
    "ALTER TABLE {table} DISABLE TRIGGER ALL",
    "ALTER TABLE {table} DISABLE TRIGGER USER",
    "ALTER TABLE {table} RENAME TO gone",
    "ALTER TABLE {table} DETACH PARTITION {table}_{month}",
    "UPDATE {table}_{month} SET id = id",
    "DELETE FROM {table}_{month}",
    "INSERT INTO {table}_{month} SELECT * FROM {table}",
    "TRUNCATE {table}_{month}",
    "DROP TABLE {table}_{month}",
    "DELETE FROM {table}_default",
    "CREATE OR REPLACE RULE quiet AS ON INSERT TO {table} DO INSTEAD NOTHING",
    "CREATE POLICY everything ON {table}",
    "SELECT {table}_drop_month('2020-01-01')",
    "CREATE OR REPLACE FUNCTION {table}_drop_month(first date) RETURNS text LANGUAGE sql AS 'SELECT 1::text'",
    "SET LOCAL session_replication_role = replica",
    "CREATE TEMPORARY TABLE {table} (id int)",
    "CREATE TABLE public.mine (id int)",
    "CREATE FUNCTION public.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "SET ROLE pg_write_all_data",
    "ALTER ROLE krafter_app SUPERUSER",
    "COPY {table} TO PROGRAM 'cat'",
    "DELETE FROM django_migrations",
]
STATEMENTS = sorted({attack.format(table=table, month=MONTH) for attack in ATTACKS for table in APPEND_ONLY})


@pytest.fixture
def append_only_rows(scenario: factories.Scenario) -> None:
    """Insert a row into each append-only table."""
    verdicts.approve(factories.verification(scenario).pk, by=scenario.actor)


@pytest.mark.slow
@pytest.mark.parametrize("statement", STATEMENTS)
@pytest.mark.usefixtures("append_only_rows")
def test_application_role_cannot_change_append_only_tables(statement: str):
    before = (Event.objects.count(), Evidence.objects.count())
    assert all(before)

    with (
        database_role.session_of_application(),
        pytest.raises(ProgrammingError) as refused,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)

    assert refused.value.__cause__.sqlstate == "42501", refused.value  # insufficient_privilege
    assert (Event.objects.count(), Evidence.objects.count()) == before


@pytest.mark.django_db
def test_append_only_tables_are_those_of_the_models():
    assert sorted(roles.append_only_tables()) == APPEND_ONLY


@pytest.mark.django_db
def test_application_role_owns_nothing_and_is_no_superuser():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolsuper, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = current_user"
        )
        rights = cursor.fetchone()
        cursor.execute("SELECT count(*) FROM pg_class WHERE pg_get_userbyid(relowner) = current_user")
        [owned] = cursor.fetchone()

    assert (rights, owned) == ((False, False, False), 0)


@pytest.mark.django_db
def test_role_is_created_with_a_password_that_the_log_does_not_have(monkeypatch, settings):
    settings.KRAFTER_DB_ROLE = "krafter_role_of_a_test"
    monkeypatch.setenv("KRAFTER_DB_ROLE_PASSWORD", "not-in-the-log")
    statements: list[str] = []

    def log(execute, sql, params, many, context):
        statements.append(sql)
        return execute(sql, params, many, context)

    with database_role.as_owner(), connection.execute_wrapper(log):
        call_command("create_database_role", verbosity=0)
        call_command("create_database_role", verbosity=0)

    assert [line.split()[0] for line in statements if " ROLE " in line] == ["CREATE", "ALTER"]
    assert not any("not-in-the-log" in line for line in statements)


@pytest.mark.django_db
def test_application_role_cannot_create_roles(monkeypatch):
    monkeypatch.setenv("KRAFTER_DB_ROLE_PASSWORD", "anything")

    with pytest.raises(CommandError, match="use the URL of the owner"):
        call_command("create_database_role")


@pytest.mark.django_db
def test_migrations_are_refused_as_the_application_role():
    with database_role.session_of_application():
        roles.require_owner(plan=[])
        with pytest.raises(CommandError, match="the owner of the tables"):
            roles.require_owner(plan=["0002_next"])


@pytest.mark.slow
@pytest.mark.django_db
def test_migrate_without_new_migrations_succeeds_as_the_application_role():
    with database_role.session_of_application():
        call_command("migrate", verbosity=0)
