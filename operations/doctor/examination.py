from collections.abc import Callable, Iterator

import redis
from django.db import DatabaseError, connection, transaction

from operations.doctor import database, machine, work
from operations.doctor.diagnosis import Diagnosis, problem

type Examination = Callable[[], Iterator[Diagnosis]]

OF_DATABASE: tuple[Examination, ...] = (
    database.migrations,
    database.database_roles,
    database.retention,
    database.clocks,
    database.open_connections,
    database.replica,
    work.pending,
    work.backups,
    machine.keys,
)
WITHOUT_DATABASE: tuple[Examination, ...] = (
    work.queues,
    work.workers,
    work.beat,
    work.rate_limits,
    machine.disks,
    machine.object_storage,
    machine.mail_server,
    machine.certificates,
)


def examine() -> Iterator[Diagnosis]:
    """Yield every diagnosis; an unavailable server is a problem.

    Without the database those that need it are left out.
    """
    failure = database_failure()
    if failure:
        yield problem("database", f"does not answer: {failure}. Check that it runs, and DATABASE_URL")
    else:
        for examination in OF_DATABASE:
            yield from _examine_in_transaction(examination)
    for examination in WITHOUT_DATABASE:
        yield from examination()


def database_failure() -> str:
    """Return why the database does not respond, or ""."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        return str(error).strip().splitlines()[0]
    return ""


def _examine_in_transaction(examination: Examination) -> list[Diagnosis]:
    # A list: the transaction must not stay open while the caller handles a diagnosis.
    try:
        with transaction.atomic():
            return list(examination())
    except (DatabaseError, redis.RedisError) as error:
        subject = examination.__name__.replace("_", " ")
        return [problem(subject, f"cannot be examined: {str(error).strip().splitlines()[0]}")]
