"""The answers kept for repeated requests."""

from typing import ClassVar

from django.db import models


class IdempotentAnswer(models.Model):
    """The answer to a POST that carried an Idempotency-Key, written in the transaction of its change."""

    organization_id = models.UUIDField()
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64, help_text="SHA-256 of method, path and body.")
    status = models.PositiveSmallIntegerField()
    body = models.BinaryField()
    etag = models.CharField(max_length=40, blank=True, default="", db_default="")
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organization_id", "key"], name="one_answer_a_key"),
        ]

    def __str__(self) -> str:
        return self.key
