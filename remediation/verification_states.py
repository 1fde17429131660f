"""The states of verifications in the review queue (`Verification.state`), and why one is blocked."""

from django.db.models import TextChoices


class VerificationState(TextChoices):
    RUNNING = "running"
    READY = "ready", "ready to approve"
    BLOCKED = "blocked"
    SUPERSEDED = "superseded"
    DECIDED = "decided"


class BlockedBy(TextChoices):
    """Why a verification is blocked: a check failed, or none failed and one is inconclusive."""

    FAILED = "failed", "checks failed"
    INCONCLUSIVE = "inconclusive"
