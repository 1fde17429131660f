"""The role of the web and the workers, which owns nothing and is no superuser.

`migrate` runs as the owner and grants what the role needs: on the audit log and on evidence, to read and append.
"""

from typing import Any

import pgtrigger
from django.conf import settings
from django.core.management.base import CommandError
from django.db import connection

from krafter_audit.db.triggers import AppendOnly

SCHEMA = """
    REVOKE CREATE ON SCHEMA public FROM PUBLIC;
    GRANT USAGE ON SCHEMA public TO "{role}";
    GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO "{role}";
    GRANT SELECT ON ALL TABLES IN SCHEMA public TO "{role}";
"""
# Temporary tables are revoked since they hide a table of the same name from a trigger function.
DATABASE = """
    REVOKE TEMPORARY ON DATABASE "{database}" FROM PUBLIC;
    GRANT CONNECT ON DATABASE "{database}" TO "{role}";
"""
# Partitions are written only through their table, whose privileges apply.
TABLES = """
    SELECT relname FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
        AND relname <> 'django_migrations'
"""
# Only the owner may disable a trigger: the append-only ones bind also a client that executes its own SQL.
WRITE = 'REVOKE ALL ON {table} FROM "{role}"; GRANT SELECT, {privileges} ON {table} TO "{role}";'
ALL_WRITES, APPEND = "INSERT, UPDATE, DELETE", "INSERT"


def application_role() -> str:
    return str(settings.KRAFTER_DB_ROLE)


def role_exists() -> bool:
    return _is_true("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = %s)", application_role())


def is_application_role() -> bool:
    return _is_true("SELECT current_user = %s", application_role())


def may_create_tables() -> bool:
    return _is_true("SELECT has_schema_privilege('public', 'CREATE')")


def owns_database() -> bool:
    return _is_true("SELECT pg_has_role(datdba, 'USAGE') FROM pg_database WHERE datname = current_database()")


def _is_true(query: str, *parameters: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return bool(cursor.fetchone()[0])


def require_owner(plan: list[Any], **kwargs: Any) -> None:
    """Refuse migrations as a role that may create no tables. Raises CommandError."""
    if plan and not may_create_tables():
        raise CommandError(
            f"{len(plan)} migrations are not applied, and the database role {connection.settings_dict['USER']} may"
            " create no tables. Run migrate with the DATABASE_URL of the owner of the tables (see Database roles in"
            " docs/operations.md)."
        )


def grant_privileges(**kwargs: Any) -> None:
    """As the owner after `migrate`, grant the application role its privileges, if it exists."""
    if not role_exists() or is_application_role():
        return
    names = {"role": application_role(), "database": connection.settings_dict["NAME"]}
    append_only = append_only_tables()
    with connection.cursor() as cursor:
        cursor.execute(SCHEMA.format(**names))
        # Only its owner changes the privileges on a database.
        if owns_database():
            cursor.execute(DATABASE.format(**names))
        cursor.execute(TABLES)
        for (table,) in cursor.fetchall():
            privileges = APPEND if table in append_only else ALL_WRITES
            cursor.execute(
                WRITE.format(table=connection.ops.quote_name(table), privileges=privileges, **names)
            )


def append_only_tables() -> set[str]:
    return {
        model._meta.db_table for model, trigger in pgtrigger.registered() if isinstance(trigger, AppendOnly)
    }


def create_role(password: str) -> None:
    """Create the application role with this password, or reset its password and rights."""
    verb = "ALTER" if role_exists() else "CREATE"
    role = application_role()
    connection.ensure_connection()
    pgconn = connection.connection.pgconn
    # Hashed here: the server's log of statements must not contain the password.
    verifier = pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode()
    with connection.cursor() as cursor:
        cursor.execute(
            f'{verb} ROLE "{role}" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS'
            f" PASSWORD '{verifier}'"
        )
