"""What verifications in the review queue wait for (`Verification.state`), and why one is blocked."""

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


BLOCKED_BY = """CASE
    WHEN {result} <> 'pending' OR {superseded} OR {manual} OR {running} THEN ''
    WHEN {checks} @> '[{{"status": "failed"}}]' THEN 'failed'
    WHEN {checks} @> '[{{"status": "inconclusive"}}]' THEN 'inconclusive'
    ELSE '' END"""
COLUMNS = ("result", "superseded", "manual", "running", "checks")


def as_facet(name: str, sql: str) -> tuple[str, str]:
    """Return a facet of a counter (events/counter_definitions.py)."""
    return name, sql.format(**{column: column for column in COLUMNS})


class BlockedByExpression(Func):
    """`BLOCKED_BY` of the verifications of a queryset."""

    def __init__(self) -> None:
        super().__init__(*(F(column) for column in COLUMNS), output_field=CharField())

    def as_sql(  # type: ignore[override]  # the other arguments are of functions with a name
        self, compiler: Any, connection: Any, **_: Any
    ) -> tuple[str, list[Any]]:
        compiled = [compiler.compile(source)[0] for source in self.source_expressions]
        return BLOCKED_BY.format(**dict(zip(COLUMNS, compiled, strict=True))), []
