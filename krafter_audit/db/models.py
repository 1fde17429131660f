import os
import time
import uuid
from datetime import datetime
from typing import Any

from django.db import models
from django.utils import timezone


def uuid7() -> uuid.UUID:
    """Return a UUID that sorts by time (RFC 9562, section 5.7)."""
    # 48 bits of time, then 74 random bits around the version and the variant.
    milliseconds = time.time_ns() // 1_000_000
    tail = int.from_bytes(os.urandom(10), "big")
    value = (milliseconds & (1 << 48) - 1) << 80 | tail
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return uuid.UUID(int=value)


def first_id_at(moment: datetime) -> uuid.UUID:
    """Return the smallest id of a row that is created at this moment or later."""
    # RFC 9562, section 5.7: milliseconds, version 7 and variant 2; the random bits are 0.
    return uuid.UUID(int=int(moment.timestamp() * 1000) << 80 | 0x7 << 76 | 0x2 << 62)


class BaseModel(models.Model):
    """A row with an id that is safe to show, and the times of its creation and its last change."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # A default and not `auto_now_add`, which bulk_create would set again on rows that it updates.
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    is_refreshing = False

    class Meta:
        abstract = True

    def refresh_from_db(self, *args: Any, **kwargs: Any) -> None:
        # A status refuses assignment (krafter_audit/db/transitions.py), except by a reload.
        self.is_refreshing = True
        try:
            super().refresh_from_db(*args, **kwargs)
        finally:
            self.is_refreshing = False
