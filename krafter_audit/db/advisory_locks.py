"""PostgreSQL's advisory locks by name, held until the transaction ends."""

from django.db import connection


def advisory_lock(name: str) -> None:
    """Acquire the lock; wait while another transaction holds it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])


def try_advisory_lock(name: str) -> bool:
    """Acquire the lock without waiting; return whether it was acquired."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [name])
        return bool(cursor.fetchone()[0])
