"""Evidence is kept by months, like the record: what is past its time goes from the front of each chain.

What is left still holds (docs/evidence.md). The part of what was there before the table had months is older in front
than a month, so it is shortened link by link until its own time is over.
"""

import logging
from datetime import UTC, datetime
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from events import partitions
from remediation.models import Chain

logger = logging.getLogger(__name__)

EVIDENCE = partitions.ByMonth(
    "remediation_evidence",
    "recorded_at",
    "KRAFTER_EVIDENCE_KEEP_MONTHS",
    refers_to=("remediation_verification", "accounts_project"),
)
BEFORE = "remediation_evidence_before"
LOT = 10_000  # links of one transaction

# From the first link on, as long as links are old: one that is younger keeps all that follow it.
FORGET = """
    DELETE FROM remediation_evidence_before WHERE id IN (
        SELECT id FROM (
            SELECT id, bool_and(recorded_at < %s) OVER (ORDER BY sequence) AS past FROM (
                SELECT id, sequence, recorded_at FROM remediation_evidence_before
                WHERE project_id = %s ORDER BY sequence LIMIT %s
            ) AS front
        ) AS judged WHERE past
    )
"""


def turn() -> None:
    """Make the months that come, and drop those that are past KRAFTER_EVIDENCE_KEEP_MONTHS."""
    partitions.grow(EVIDENCE)
    partitions.shrink(EVIDENCE)
    forget_from_before()


def forget_from_before() -> int:
    """Delete what is past its time from the part that is no month; return how many links that were."""
    keep = settings.KRAFTER_EVIDENCE_KEEP_MONTHS
    if not keep or BEFORE not in partitions.parts(EVIDENCE.table):
        return 0
    oldest = partitions.month(timezone.now().astimezone(UTC).date(), -keep)
    before = datetime(oldest.year, oldest.month, 1, tzinfo=UTC)
    forgotten = sum(_shorten(pk, before) for pk in Chain.objects.values_list("pk", flat=True).iterator())
    if forgotten:
        logger.info("%s links of evidence from before %s are forgotten", forgotten, oldest)
    return forgotten


def _shorten(project_id: UUID, before: datetime) -> int:
    total, deleted = 0, LOT
    while deleted == LOT:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL krafter.retention = 'on'")
            cursor.execute(FORGET, [before, project_id, LOT])
            deleted = cursor.rowcount
            cursor.execute("SET LOCAL krafter.retention = 'off'")
        total += deleted
    return total
