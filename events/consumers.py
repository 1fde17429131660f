"""Higher apps read the record: each consumer is left what it has not read yet, and reads it once.

A trigger leaves the rows in the transaction of the event, so that nothing is lost and nothing is told that did not
happen. What a consumer does and that it has read are one transaction: a job that dies has read nothing.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from events.models import Event, Unread

logger = logging.getLogger(__name__)
MOST_AT_ONCE = 200
LONGEST_PAUSE = timedelta(hours=1)


@dataclass(frozen=True)
class Reading:
    """Events of one name in one project that came about in one statement."""

    project_id: UUID
    name: str
    events: Sequence[Event]


Handle = Callable[[Reading], None]


def read(consumer: str, handle: Handle) -> int:
    """Hand the consumer what it has not read, oldest first; return how much of it was read.

    What fails is kept, told in the log and tried again after growing pauses; the rest goes on meanwhile.
    """
    waiting = Unread.objects.filter(consumer=consumer, not_before__lte=timezone.now()).order_by("id")
    done = 0
    for pk in list(waiting.values_list("pk", flat=True)[:MOST_AT_ONCE]):
        try:
            done += _read_one(pk, handle)
        except Exception as error:  # noqa: BLE001  the worker's boundary: one that fails must not hold up the rest
            _put_off(pk, error)
    return done


@transaction.atomic
def _read_one(pk: int, handle: Handle) -> bool:
    row = Unread.objects.select_for_update(skip_locked=True).filter(pk=pk).first()
    if row is None:
        return False
    events = list(Event.objects.filter(pk__in=row.event_ids).order_by("id"))
    handle(Reading(row.project_id, row.name, events))
    row.delete()
    return True


def _put_off(pk: int, error: Exception) -> None:
    row = Unread.objects.filter(pk=pk).first()
    if row is None:
        return
    pause: Any = min(timedelta(seconds=10 * 2 ** min(row.attempts, 12)), LONGEST_PAUSE)
    Unread.objects.filter(pk=pk).update(attempts=F("attempts") + 1, not_before=timezone.now() + pause)
    logger.error("%s could not read %s (%s): %s", row.consumer, row.name, pk, type(error).__name__)
