"""The states of verifications in the review queue: one rule in SQL, for querysets and for counters."""

from typing import Any

from django.db.models import CharField, F, Func, TextChoices


class VerificationState(TextChoices):
    """What a verification waits for."""

    RUNNING = "running"
    READY = "ready", "ready to approve"
    BLOCKED = "blocked"
    SUPERSEDED = "superseded"
    DECIDED = "decided"


class BlockedBy(TextChoices):
    """Why a verification is blocked: a check failed, or none failed and one is inconclusive."""

    FAILED = "failed", "checks failed"
    INCONCLUSIVE = "inconclusive"


# A manual verification is ready from its start: a person has to look, and there is no automatic check that could fail.
STATE = """CASE
    WHEN {result} <> 'pending' THEN 'decided'
    WHEN {superseded} THEN 'superseded'
    WHEN {manual} THEN 'ready'
    WHEN {running} THEN 'running'
    WHEN {checks} @> '[{{"status": "failed"}}]' OR {checks} @> '[{{"status": "inconclusive"}}]' THEN 'blocked'
    ELSE 'ready' END"""
BLOCKED_BY = """CASE
    WHEN {result} <> 'pending' OR {superseded} OR {manual} OR {running} THEN ''
    WHEN {checks} @> '[{{"status": "failed"}}]' THEN 'failed'
    WHEN {checks} @> '[{{"status": "inconclusive"}}]' THEN 'inconclusive'
    ELSE '' END"""
COLUMNS = ("result", "superseded", "manual", "running", "checks")


def as_facet(name: str, sql: str) -> tuple[str, str]:
    """Return a facet of a counter (events/counter_definitions.py)."""
    return name, sql.format(**{column: column for column in COLUMNS})


class StateExpression(Func):
    """`STATE` or `BLOCKED_BY` of the verifications of a queryset."""

    def __init__(self, sql: str) -> None:
        super().__init__(*(F(column) for column in COLUMNS), output_field=CharField())
        self.sql = sql

    def as_sql(  # type: ignore[override]  # the other arguments are of functions with a name
        self, compiler: Any, connection: Any, **_: Any
    ) -> tuple[str, list[Any]]:
        compiled = [compiler.compile(source)[0] for source in self.source_expressions]
        return self.sql.format(**dict(zip(COLUMNS, compiled, strict=True))), []
