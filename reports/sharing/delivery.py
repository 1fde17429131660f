import logging
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.actors import SYSTEM
from events.log import log_event
from krafter_audit import mail
from krafter_audit.db import leases
from krafter_audit.delivery_errors import DeliveryPostponed, DeliveryRefused
from krafter_audit.jobs.queues import enqueue
from krafter_audit.security import vault
from reports.models import Share
from reports.presentation import chart, summary
from reports.sharing import links
from reports.sharing.channels import CHANNELS
from reports.sharing.channels.base import ReportMessage, ShareDelivery
from reports.snapshots.snapshotting import load_snapshot

logger = logging.getLogger(__name__)

LEASE_SECONDS = 30  # renewed while messages are sent
REQUEUE_BATCH_SIZE = 200
TOO_MANY_ATTEMPTS = f"The delivery was interrupted in {mail.MAX_ATTEMPTS} attempts."


def deliver_share(share_id: UUID) -> int | None:
    """Deliver a share; return the seconds until the next attempt, if any. Idempotent."""
    share = leases.acquire(Share, share_id, seconds=LEASE_SECONDS, status=Share.Status.QUEUED)
    if share is None:
        return None
    if share.attempts > mail.MAX_ATTEMPTS:  # a delivery that kills its worker would be repeated forever
        finish(share, Share.Status.FAILED, TOO_MANY_ATTEMPTS)
        return None
    try:
        with leases.renewing(share, seconds=LEASE_SECONDS):
            outcome = send(share)
    except DeliveryRefused as refusal:
        finish(share, Share.Status.FAILED, str(refusal))
    except DeliveryPostponed as delay:
        return postpone(share, str(delay), at_least=delay.wait)
    except Exception as error:  # noqa: BLE001
        # Without its traceback and its text, which may contain the recipients or the webhook URL.
        logger.error("delivery of share %s failed: %s", share.pk, type(error).__name__)
        return postpone(share, "The delivery was interrupted.")
    else:
        finish(share, Share.Status.SENT, outcome)
    return None


def send(share: Share) -> str:
    if share.revoked_at:
        raise DeliveryRefused("The share was revoked before it was sent.")
    channel = CHANNELS[share.channel]
    return channel.deliver(delivery_of(share)) if channel.deliver else ""


def delivery_of(share: Share) -> ShareDelivery:
    webhook_url = ""
    if share.webhook:
        webhook_url = vault.open_sealed(bytes(share.webhook), owner=share.vault_owner).decode()

    def save_outcome(address: str, outcome: str) -> None:
        share.outcomes[address] = outcome
        leases.write(
            share, outcomes=share.outcomes, lease_until=timezone.now() + timedelta(seconds=LEASE_SECONDS)
        )

    # Without recipients whom an earlier attempt has reached. The lease is checked before each mail, and no mail is sent
    # once another worker has it.
    remaining = (
        address
        for address in share.recipients
        if address not in share.outcomes and leases.owned(share).exists()
    )
    return ShareDelivery(message_of(share), save_outcome, remaining, webhook_url, share.outcomes)


def message_of(share: Share) -> ReportMessage:
    stored = load_snapshot(share.report)
    snapshot = replace(stored, project=mail.one_line(stored.project))
    return ReportMessage(
        share_id=share.pk,
        project=snapshot.project,
        site_url=snapshot.site_url,
        period=summary.format_period(snapshot.period_start, snapshot.period_end),
        summary=summary.executive_summary(snapshot),
        figures=summary.key_figures(snapshot),
        trend=chart.describe(snapshot.burn_down),
        url=links.share_url(share),
        expires=chart.format_day(share.expires_at),
    )


def postpone(share: Share, reason: str, *, at_least: int = 0) -> int | None:
    """Release the share for a later attempt; return the delay, None after the last one."""
    delay = mail.retry_delay(share.attempts)
    if delay is None:
        finish(share, Share.Status.FAILED, reason)
        return None
    wait = max(at_least, int(delay.total_seconds()))
    leases.write(share, lease_until=timezone.now() + timedelta(seconds=wait), outcome=reason)
    return wait


@transaction.atomic
def finish(share: Share, status: str, outcome: str) -> None:
    """Store the result of a leased share and delete its webhook."""
    held = leases.owned(share).select_for_update().first()
    if held is None:
        return
    sent_at = timezone.now() if status == Share.Status.SENT else None
    Share.transitions.apply(held, status, outcome=outcome, webhook=None, lease_until=None, sent_at=sent_at)
    log_event(f"share.{status}", held, by=SYSTEM, channel=held.channel, outcome=outcome)


def requeue_pending() -> None:
    """Enqueue deliveries whose job was lost or interrupted."""
    pending = Share.objects.filter(leases.unleased(), status=Share.Status.QUEUED).order_by("created_at")
    for share_id in pending.values_list("pk", flat=True)[:REQUEUE_BATCH_SIZE]:
        enqueue("reports.deliver", str(share_id))
