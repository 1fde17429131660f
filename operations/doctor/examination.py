"""All examinations, in the order of the report."""

from collections.abc import Callable, Iterator

import redis
from django.db import DatabaseError, transaction

from operations.doctor import database, machine, work
from operations.doctor.diagnosis import Diagnosis, problem

EXAMINATIONS: tuple[Callable[[], Iterator[Diagnosis]], ...] = (
    database.migrations,
    database.database_roles,
    database.retention,
    database.clocks,
    database.replica,
    work.queues,
    work.workers,
    work.beat,
    work.rate_limits,
    machine.disks,
    machine.object_storage,
    machine.certificates,
    machine.keys,
    work.backups,
)


def examine() -> Iterator[Diagnosis]:
    """Yield the diagnosis of every examination; one that a server does not answer is a problem."""
    for examination in EXAMINATIONS:
        try:
            with transaction.atomic():
                yield from list(examination())
        except (DatabaseError, redis.RedisError) as error:
            subject = examination.__name__.replace("_", " ")
            yield problem(subject, f"cannot be examined: {str(error).strip().splitlines()[0]}")
