"""What a verification found is told under the ticket, once: the row is claimed before it is sent."""

from datetime import UTC

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from integrations.models import ExternalLink, Remark
from integrations.providers.base import Tracker
from integrations.sync.run import Run, one_ticket
from remediation.models import CheckStatus, Verification

MOST_ATTEMPTS = 5
CHUNK = 100


def push(run: Run, tracker: Tracker) -> None:
    """Send what waits; one that was tried before is looked for first, since its answer may have been lost."""
    for remark in _waiting(run).iterator(CHUNK):
        with one_ticket(run, tracker, remark.link.key):
            was_tried = remark.tried_at is not None
            remark.tried_at, remark.attempts = timezone.now(), remark.attempts + 1
            remark.save(update_fields=["tried_at", "attempts", "updated_at"])
            text = text_about(remark.verification)
            tracker.remark(remark.link.external_id, text=text, marker=str(remark.pk), was_tried=was_tried)
            remark.sent_at = timezone.now()
            remark.save(update_fields=["sent_at", "updated_at"])
            run.log.pushed += 1


def _waiting(run: Run) -> QuerySet[Remark]:
    linked = {"link__integration": run.row, "link__state": ExternalLink.State.LINKED}
    waiting = Remark.objects.filter(sent_at__isnull=True, attempts__lt=MOST_ATTEMPTS, **linked)
    return waiting.select_related("link", "verification").order_by("id")


def text_about(verification: Verification) -> str:
    """Return what is told, in Markdown that reads well as plain text: the checks and no more of the evidence."""
    looked = f"{verification.updated_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    page = reverse("admin:remediation_verification_change", args=[verification.pk])
    checks = "\n".join(
        f"- {check['key']}: {check['status']} (before: {check['before']}, after: {check['after']})"
        for check in verification.checks
    )
    failed = [check for check in verification.checks if check["status"] == CheckStatus.FAILED]
    return (
        f"Looked again at {looked}: {len(failed)} of {len(verification.checks)} checks failed, so the work goes on.\n\n"
        f"{checks}\n\nEvidence: {settings.KRAFTER_PUBLIC_URL}{page}"
    )
