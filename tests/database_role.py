"""The role of the tests' connections: the application's, so that a missing privilege fails a test."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.db.backends.signals import connection_created

from krafter_audit.db import roles


def enter() -> None:
    """Set the role in the open connection and in each new one; without the role nothing changes."""
    if roles.role_exists():
        connection_created.connect(_set_role, dispatch_uid="role")
    connection.close()


def leave() -> None:
    """Let new connections be the owner's again, who deletes the test's database."""
    connection_created.disconnect(dispatch_uid="role")
    connection.close()


@contextmanager
def as_owner() -> Iterator[None]:
    """Reset the role of this thread's connection within the block."""
    was_application = roles.is_application_role()
    _execute("RESET ROLE")
    try:
        yield
    finally:
        if was_application:
            _set_role(connection)


@contextmanager
def session_of_application() -> Iterator[None]:
    """Have the session be the application role's within the block, as if it had logged in."""
    _execute(f'SET SESSION AUTHORIZATION "{roles.application_role()}"')
    try:
        yield
    finally:
        _execute("RESET SESSION AUTHORIZATION")
        _set_role(connection)


def _set_role(connection: Any, **kwargs: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f'SET ROLE "{roles.application_role()}"')


def _execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
