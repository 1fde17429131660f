"""Taking turns by a name: a lock that PostgreSQL holds until the transaction ends, where there is no row to lock."""

from django.db import connection


def wait_for_turn(name: str) -> None:
    """Let one transaction in at a time; the others wait."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])


def got_turn(name: str) -> bool:
    """Take the turn if nobody has it now; never waits."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [name])
        return bool(cursor.fetchone()[0])
