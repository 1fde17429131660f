"""Comments on tickets about failed verifications, each posted once."""

from datetime import UTC

from django.db.models import QuerySet
from django.utils import timezone

from integrations.models import TicketComment, TicketLink
from integrations.providers.tickets import Tracker
from integrations.sync.context import MISSING_TICKET_ADVICE, SyncContext, skip_if_refused
from krafter_audit.web.public_urls import public_url
from remediation.models import CheckStatus, Verification

# A comment that was refused five times does not hold up every further sync.
MAX_ATTEMPTS = 5
BATCH_SIZE = 100


def post_pending(context: SyncContext, tracker: Tracker) -> None:
    for comment in _waiting(context).iterator(BATCH_SIZE):
        with skip_if_refused(context, comment.link.key, if_missing=MISSING_TICKET_ADVICE):
            # Marked before the request: if its response gets lost, the next attempt looks for the comment before it
            # posts.
            was_tried = comment.tried_at is not None
            comment.tried_at, comment.attempts = timezone.now(), comment.attempts + 1
            comment.save(update_fields=["tried_at", "attempts", "updated_at"])
            tracker.add_comment(
                comment.link.external_id,
                text=comment_text(comment.verification),
                marker=str(comment.pk),
                was_tried=was_tried,
            )
            if _mark_sent(comment):
                context.sync_run.pushed += 1
            else:
                # This worker was paused, and another has taken over its lease and this comment.
                tracker.delete_repeated_comments(comment.link.external_id, str(comment.pk))


def _mark_sent(comment: TicketComment) -> bool:
    now, unsent = timezone.now(), TicketComment.objects.filter(pk=comment.pk, sent_at=None)
    return bool(unsent.update(sent_at=now, updated_at=now))


def _waiting(context: SyncContext) -> QuerySet[TicketComment]:
    linked = {"link__integration": context.integration, "link__state": TicketLink.State.LINKED}
    waiting = TicketComment.objects.filter(sent_at__isnull=True, attempts__lt=MAX_ATTEMPTS, **linked)
    return waiting.select_related("link", "verification").order_by("id")


def comment_text(verification: Verification) -> str:
    """Return Markdown that also reads well as plain text."""
    verified_at = f"{verification.updated_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    page = public_url("admin:remediation_verification_change", verification.pk)
    # Without evidence: a ticket may be public.
    checks = "\n".join(
        f"- {check['key']}: {check['status']} (before: {check['before']}, after: {check['after']})"
        for check in verification.checks
    )
    failed = [check for check in verification.checks if check["status"] == CheckStatus.FAILED]
    return (
        f"Verified at {verified_at}: {len(failed)} of {len(verification.checks)} checks failed. "
        f"The task is in progress again.\n\n{checks}\n\nEvidence: {page}"
    )
