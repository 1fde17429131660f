import re
import time
from collections.abc import Iterator

from django.conf import settings
from django.db import DatabaseError, connection, connections
from django.db.migrations.executor import MigrationExecutor

from events.partitions import EVENT_TABLE, PartitionedTable, months_to_keep, partitions_of
from events.totals.history import COUNTER_CHANGE_TABLE
from krafter_audit.db import read_replica, redis_client, roles
from operations.doctor.diagnosis import Diagnosis, ok, problem, warning
from remediation.evidence.retention import EVIDENCE

MAX_CLOCK_SKEW_SECONDS = 5.0  # between this machine's clock and the database's
INSTALLED_MONTHS = re.compile(r"IF (\d+) = 0 OR")
RIGHTS = """
    SELECT current_user, rolsuper, rolcreaterole,
        (SELECT count(*) FROM pg_class WHERE relowner = pg_roles.oid AND relkind IN ('r', 'p')),
        has_database_privilege(current_database(), 'TEMPORARY')
    FROM pg_roles WHERE rolname = current_user
"""

CONNECTIONS = """
    SELECT (SELECT sum(numbackends)::int FROM pg_stat_database),
        current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
        - coalesce(current_setting('reserved_connections', true), '0')::int
"""
MAX_CONNECTION_SHARE = 0.8  # share of max_connections


def migrations() -> Iterator[Diagnosis]:
    """Whether all migrations are applied."""
    executor = MigrationExecutor(connection)
    missing = [str(migration) for migration, _ in executor.migration_plan(executor.loader.graph.leaf_nodes())]
    if missing:
        yield problem(
            "migrations", f"not applied: {', '.join(missing)}. Run migrate as the owner.", missing=missing
        )
    else:
        applied = len(executor.loader.applied_migrations)
        yield ok("migrations", f"all {applied} are applied", applied=applied, missing=[])


def database_roles() -> Iterator[Diagnosis]:
    """Whether the role of this process can change the append-only tables."""
    with connection.cursor() as cursor:
        cursor.execute(RIGHTS)
        name, is_superuser, creates_roles, owned, temporary = cursor.fetchone()
        wrong = [
            word
            for word, found in {"is a superuser": is_superuser, "may create roles": creates_roles}.items()
            if found
        ]
        wrong += [f"owns {owned} tables"] if owned else []
        wrong += ["may create temporary tables"] if temporary else []
        for table in sorted(roles.append_only_tables()):
            cursor.execute("SELECT has_table_privilege(%s, 'UPDATE, DELETE, TRUNCATE')", [table])
            wrong += [f"may change {table}"] if cursor.fetchone()[0] else []
    if wrong:
        text = f"{name} {', '.join(wrong)}: see Database roles in docs/operations.md"
        yield problem("role", text, role=name, rights=wrong)
    else:
        yield ok(
            "role",
            f"{name} owns nothing and only appends to the audit log and evidence",
            role=name,
            rights=[],
        )


def retention() -> Iterator[Diagnosis]:
    """Whether the functions of the owner keep the months that the settings name."""
    for partitioned in (EVENT_TABLE, COUNTER_CHANGE_TABLE, EVIDENCE):
        wanted, installed = months_to_keep(partitioned), _installed_months(partitioned)
        if wanted != installed:
            text = (
                f"{partitioned.setting} is {wanted}, the database has {installed}: run migrate as the owner"
            )
            yield problem("retention", text, table=partitioned.table, setting=wanted, database=installed)
        elif not any(partitions_of(partitioned.table).values()):
            yield problem(
                "retention", f"{partitioned.table} has no partition of a month", table=partitioned.table
            )


def _installed_months(partitioned: PartitionedTable) -> int | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = %s", [f"{partitioned.table}_drop_month"])
        row = cursor.fetchone()
    found = INSTALLED_MONTHS.search(row[0]) if row else None
    return int(found[1]) if found else None


def clocks() -> Iterator[Diagnosis]:
    """The difference of the clocks of the database and Redis from this machine's, in seconds."""
    for name, read in {"database": _database_time, "redis": _redis_time}.items():
        before = time.time()
        theirs = read()
        difference = theirs - (before + time.time()) / 2
        diagnose = problem if abs(difference) > MAX_CLOCK_SKEW_SECONDS else ok
        yield diagnose(
            "clock",
            f"that of {name} differs by {difference:+.2f} s",
            server=name,
            seconds=round(difference, 3),
        )


def _database_time() -> float:
    with connection.cursor() as cursor:
        cursor.execute("SELECT extract(epoch FROM clock_timestamp())::float8")
        return float(cursor.fetchone()[0])


def _redis_time() -> float:
    seconds, microseconds = redis_client.create_client(settings.REDIS_URL).time()
    return float(seconds) + float(microseconds) / 1e6


def open_connections() -> Iterator[Diagnosis]:
    """How many of the connections that the server accepts are open."""
    with connection.cursor() as cursor:
        cursor.execute(CONNECTIONS)
        used, accepted = cursor.fetchone()
    diagnose = warning if used > accepted * MAX_CONNECTION_SHARE else ok
    yield diagnose(
        "connections", f"{used} of {accepted} are open in the database server", open=used, accepted=accepted
    )


def replica() -> Iterator[Diagnosis]:
    """How far the replica is behind."""
    if not read_replica.is_configured():
        return
    try:
        behind = read_replica.lag_bytes()
        with connections[read_replica.ALIAS].cursor() as cursor:
            cursor.execute(
                "SELECT coalesce(extract(epoch FROM now() - pg_last_xact_replay_timestamp()), 0)::float8"
            )
            seconds = float(cursor.fetchone()[0]) if behind else 0.0
    except DatabaseError as error:
        yield problem("replica", f"does not answer: {type(error).__name__}")
        return
    diagnose = warning if seconds > settings.KRAFTER_REPLICA_LAG_SECONDS else ok
    yield diagnose("replica", f"{behind} bytes, {seconds:.1f} s behind", bytes=behind, seconds=seconds)
