from typing import ClassVar

from django.db import models


class IdempotentResponse(models.Model):
    """The response to a POST with an Idempotency-Key, written with its change."""

    organization_id = models.UUIDField()
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64, help_text="SHA-256 of method, path and body.")
    status = models.PositiveSmallIntegerField()
    body = models.BinaryField()
    is_sealed = models.BooleanField(default=False, help_text="The body is encrypted: it contains a secret.")
    etag = models.CharField(max_length=40, blank=True, default="", db_default="")
    location = models.CharField(max_length=500, blank=True, default="", db_default="")
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organization_id", "key"], name="unique_idempotency_key"),
        ]

    def __str__(self) -> str:
        return self.key
