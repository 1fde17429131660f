"""Threads that start together against PostgreSQL.

Each thread keeps its connection between rounds: opening one takes longer than the transactions that race.
"""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from typing import Any

from django.db import connection, transaction

from tests.waiting import eventually

type Race = Callable[..., list[Any]]

MAX_SECONDS = 30
WAITING = "SELECT EXISTS (SELECT FROM pg_locks WHERE pg_backend_pid() = ANY(pg_blocking_pids(pid)))"
HELD_BY_OTHERS = """
    SELECT EXISTS (
        SELECT FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database
        WHERE datname = current_database() AND pid <> pg_backend_pid()
    )
"""


@contextmanager
def racers(count: int) -> Iterator[Race]:
    """Yield a function that runs actions in threads that start together and returns their results or errors."""
    with ThreadPoolExecutor(count) as pool:

        def race(*actions: Callable[[], Any]) -> list[Any]:
            start = threading.Barrier(len(actions))
            running = [pool.submit(_run, start, action) for action in actions]
            return [future.result(timeout=MAX_SECONDS) for future in running]

        try:
            yield race
        finally:
            race(*[lambda: connection.close()] * count)  # each thread has its own connection


def _run(start: threading.Barrier, action: Callable[[], Any]) -> Any:
    """Wait until all threads are ready, so that no thread runs two actions."""
    try:
        connection.ensure_connection()
        start.wait(timeout=10)
        return action()
    except BaseException as error:  # noqa: BLE001 - handed to the test, which compares it
        return error


def another_transaction_waits_for_this_one() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(WAITING)
        return bool(cursor.fetchone()[0])


def no_other_transaction_holds_locks() -> bool:
    """Return whether PostgreSQL has ended the transactions of other connections, such as that of a killed worker."""
    with connection.cursor() as cursor:
        cursor.execute(HELD_BY_OTHERS)
        return not cursor.fetchone()[0]


def result_after(first: Callable[[], Any], second: Callable[[], Any]) -> Any:
    """Run the second action in a thread while the transaction of the first is open, for which it must wait.

    Return its result or error.
    """

    def run() -> Any:
        with closing(connection):
            return second()

    with ThreadPoolExecutor(1) as other:
        with transaction.atomic():
            first()
            running = other.submit(run)
            assert eventually(lambda: running.done() or another_transaction_waits_for_this_one())
            assert not running.done()
        return running.exception(MAX_SECONDS) or running.result()


def at_once(*actions: Callable[[], Any]) -> list[Any]:
    """Run the actions in threads that start together; return the results or errors."""
    with racers(len(actions)) as race:
        return race(*actions)


def errors_at_once(*actions: Callable[[], Any]) -> list[BaseException]:
    """Run the actions in threads that start together; return their errors."""
    return errors_in(at_once(*actions))


def errors_in(results: list[Any]) -> list[BaseException]:
    return [result for result in results if isinstance(result, BaseException)]
