"""The engine of a share: claim the row, send through its channel, keep how it went, wipe the secret."""

import logging
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.actors import SYSTEM
from events.record import record
from krafter_audit.db import leases
from krafter_audit.security import vault
from reports.errors import DeliveryPostponed, DeliveryRefused
from reports.models import Share
from reports.presentation import chart, template_context
from reports.sharing import links
from reports.sharing.channels import CHANNELS
from reports.sharing.channels.base import Message, Parcel
from reports.snapshots.snapshotting import snapshot_of

logger = logging.getLogger(__name__)

LEASE = 30  # seconds; kept alive while the messages go out
MOST_ATTEMPTS = 3
GAVE_UP = "The worker ended before the delivery did, several times."
PAUSE = 10  # seconds before the second attempt; the third waits four times as long


def deliver(share_id: UUID) -> int | None:
    """Send one share. Return the seconds until it should be tried again, or None when it is settled."""
    share = leases.claim(Share, share_id, seconds=LEASE, status=Share.Status.QUEUED)
    if share is None:
        return None
    if share.attempts > MOST_ATTEMPTS:  # a delivery that ends its worker every time would go on for ever
        settle(share, Share.Status.FAILED, GAVE_UP)
        return None
    try:
        with leases.kept(share, seconds=LEASE):
            sentence = send(share)
    except DeliveryRefused as refusal:
        settle(share, Share.Status.FAILED, str(refusal))
    except DeliveryPostponed as delay:
        return postpone(share, str(delay))
    except Exception as error:  # noqa: BLE001
        # The worker's boundary. The trace is left out: its variables could hold the webhook's address.
        logger.error("delivery of share %s broke off: %s", share.pk, type(error).__name__)  # noqa: TRY400
        return postpone(share, "The delivery broke off.")
    else:
        settle(share, Share.Status.SENT, sentence)
    return None


def send(share: Share) -> str:
    """Hand the share to its channel."""
    if share.revoked_at:
        raise DeliveryRefused("The share was revoked before it was sent.")
    channel = CHANNELS[share.channel]
    return channel.deliver(parcel_of(share)) if channel.deliver else ""


def parcel_of(share: Share) -> Parcel:
    """Pack what the channel needs: nothing for addresses that have been served by an earlier attempt."""
    webhook = vault.open_sealed(bytes(share.webhook), owner=owner_of(share)).decode() if share.webhook else ""

    def note(address: str, outcome: str) -> None:
        share.outcomes[address] = outcome
        leases.write(share, outcomes=share.outcomes, lease_until=timezone.now() + timedelta(seconds=LEASE))

    waiting = [address for address in share.recipients if address not in share.outcomes]
    return Parcel(message_of(share), note, waiting, webhook)


def owner_of(share: Share) -> tuple[str, ...]:
    """Name the one row that the sealed webhook belongs to."""
    return ("reports.share", str(share.project_id), str(share.pk))


def message_of(share: Share) -> Message:
    """Write what the recipients are told."""
    snapshot = snapshot_of(share.report)
    return Message(
        project=snapshot.project,
        site_url=snapshot.site_url,
        period=template_context.period(snapshot.period_start, snapshot.period_end),
        figures=template_context.figures(snapshot),
        words=chart.describe(snapshot.burn_down),
        url=links.url_of(share),
        expires=f"{share.expires_at.day} {share.expires_at:%B %Y}",
    )


def postpone(share: Share, sentence: str) -> int | None:
    """Free the row for a later attempt, or give up after the third."""
    if share.attempts >= MOST_ATTEMPTS:
        settle(share, Share.Status.FAILED, sentence)
        return None
    wait: int = PAUSE * 4 ** (share.attempts - 1)
    leases.write(share, lease_until=timezone.now() + timedelta(seconds=wait), outcome=sentence)
    return wait


def settle(share: Share, status: str, sentence: str) -> None:
    """Keep how the delivery ended, as the holder of the fence, and wipe the webhook: it has served."""
    with transaction.atomic():
        held = leases.owned(share).select_for_update().first()
        if held is None:
            return
        sent_at = timezone.now() if status == Share.Status.SENT else None
        changes: dict[str, Any] = {
            "outcome": sentence,
            "webhook": None,
            "lease_until": None,
            "sent_at": sent_at,
        }
        Share.transitions.apply(held, status, **changes)
        record(f"share.{status}", held, by=SYSTEM, channel=held.channel, outcome=sentence)
