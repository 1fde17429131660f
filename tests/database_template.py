"""A migrated database that the processes of a test run copy: the migrations take longer than ten copies."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import connection

LOCK = 1_840_275_331
NAME = "test_template_{}"


def use() -> None:
    """Have the database of this process copied from that of its run; the first process makes it."""
    name = NAME.format(os.environ["PYTEST_XDIST_TESTRUNUID"])
    with _locked() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        if not cursor.fetchone():
            _migrate(name)
    connection.settings_dict["TEST"]["TEMPLATE"] = name


def drop() -> None:
    """Drop the run's database, once a process has ended; one that begins later makes it again."""
    with _locked() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{NAME.format(os.environ["PYTEST_XDIST_TESTRUNUID"])}"')


def _migrate(name: str) -> None:
    before = {key: connection.settings_dict[key] for key in ("NAME", "TEST")}
    connection.settings_dict["TEST"] = {**before["TEST"], "NAME": name}
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    connection.close()
    connection.settings_dict.update(before)
    settings.DATABASES[connection.alias]["NAME"] = before["NAME"]


@contextmanager
def _locked() -> Iterator[Any]:
    with connection._nodb_cursor() as cursor:
        cursor.execute("SET lock_timeout = 0; SET statement_timeout = 0")
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        yield cursor  # the lock ends with the connection
