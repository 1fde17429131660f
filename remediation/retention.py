"""Evidence that is past its time goes from the front of each chain; what is left still holds (docs/evidence.md)."""

import logging
from datetime import UTC, datetime
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from remediation.models import Chain

logger = logging.getLogger(__name__)

LOT = 10_000  # links of one transaction

# From the first link on, as long as links are old: one that is younger keeps all that follow it.
FORGET = """
    DELETE FROM remediation_evidence WHERE id IN (
        SELECT id FROM (
            SELECT id, bool_and(recorded_at < %s) OVER (ORDER BY sequence) AS past FROM (
                SELECT id, sequence, recorded_at FROM remediation_evidence
                WHERE project_id = %s ORDER BY sequence LIMIT %s
            ) AS front
        ) AS judged WHERE past
    )
"""


def forget_old_evidence() -> int:
    """Delete what is older than KRAFTER_EVIDENCE_KEEP_MONTHS whole months; return how many links that were."""
    keep = settings.KRAFTER_EVIDENCE_KEEP_MONTHS
    if not keep:
        return 0
    before = _months_ago(keep)
    forgotten = sum(_shorten(pk, before) for pk in Chain.objects.values_list("pk", flat=True).iterator())
    if forgotten:
        logger.info("%s links of evidence from before %s are forgotten", forgotten, before.date())
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


def _months_ago(months: int) -> datetime:
    today = timezone.now().astimezone(UTC)
    years, place = divmod(today.month - 1 - months, 12)
    return datetime(today.year + years, place + 1, 1, tzinfo=UTC)
