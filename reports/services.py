from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from accounts import quota
from accounts.actors import Actor
from accounts.models import Project
from events.log import log_event
from krafter_audit.api.etags import require_match
from krafter_audit.api.lookup import get_or_404
from krafter_audit.api.throttling import daily_limits
from krafter_audit.db.advisory_locks import advisory_lock
from krafter_audit.jobs.queues import enqueue_on_commit
from krafter_audit.security import vault
from reports import queries
from reports.errors import NoReport, ReportFailed, TooManyRecipients
from reports.models import Report, Share
from reports.sharing import links
from reports.sharing.channels import CHANNELS
from reports.snapshots.snapshotting import take_snapshot

LINK_LIFETIME = timedelta(days=30)  # by default
VIEW_INTERVAL = timedelta(minutes=1)


@transaction.atomic
def queue_export(project: Project, *, format: str, by: Actor) -> Report:
    """Take a snapshot of the project and queue its files. Costs one unit of quota."""
    period = queries.last_days()
    report = Report(
        project=project,
        format=format,
        period_start=period.start,
        period_end=period.end,
        requested_by_id=by.user_id,
        link_key=links.new_key(),
    )
    take_snapshot(report, project, period)
    report.save(force_insert=True)
    log_event("report.queued", report, by=by, format=format)
    # The last lock of the transaction, as everywhere.
    quota.spend(project.organization_id)
    enqueue_on_commit("reports.export", str(report.pk))
    return report


@transaction.atomic
def share_latest(
    project: Project, *, channel: str, by: Actor, expires_in: timedelta = LINK_LIFETIME, **fields: Any
) -> Share:
    """Share the latest report; `fields`: `recipients` or `webhook_url`.

    Raises NoReport, ReportFailed, TooManyRecipients.
    """
    CHANNELS[channel].check(fields)
    _require_mails(project, len(fields.get("recipients", [])))
    now = timezone.now()
    report = lock_latest(project)
    if report.status == Report.Status.FAILED:
        raise ReportFailed
    share = Share(
        project=project,
        report=report,
        channel=channel,
        recipients=fields.get("recipients", []),
        # The first share gets the key in the QR code of the PDF, so that the code opens nothing before.
        key=links.new_key() if report.shares.exists() else report.link_key,
        expires_at=now + expires_in,
        shared_by_id=by.user_id,
        status=Share.Status.QUEUED if CHANNELS[channel].deliver else Share.Status.SENT,
    )
    if "webhook_url" in fields:
        share.webhook = vault.seal(fields["webhook_url"].encode(), owner=share.vault_owner)
    share.save(force_insert=True)
    mark_shared(report)
    log_event(
        "report.shared", report, by=by, channel=channel, share_id=share.pk, recipients=len(share.recipients)
    )
    if share.status == Share.Status.QUEUED:
        enqueue_on_commit("reports.deliver", str(share.pk))
    return share


def _require_mails(project: Project, number: int) -> None:
    """Lock and check the mails of the organisation in 24 hours. Raises TooManyRecipients."""
    if not number:
        return
    advisory_lock(f"shared mails of {project.organization_id}")
    since = timezone.now() - daily_limits.PERIOD
    shares = Share.objects.filter(
        project__organization_id=project.organization_id, channel=Share.Channel.EMAIL, created_at__gt=since
    )
    sent = shares.order_by("created_at").values_list("created_at", "recipients")
    daily_limits.require_below_limit(
        TooManyRecipients,
        [(sent_at, len(recipients)) for sent_at, recipients in sent],
        wanted=number,
        limit=settings.KRAFTER_SHARED_MAILS_PER_DAY,
    )


def newest_first(project: Project) -> QuerySet[Report]:
    """Return the project's reports, the newest first: the one that `share_latest` shares."""
    return Report.objects.filter(project=project).order_by("-created_at", "-id")


def lock_latest(project: Project) -> Report:
    # Locked, since retention deletes the rows of reports without an open share.
    report = newest_first(project).select_for_update(of=("self",)).select_related("project").first()
    if report is None:
        raise NoReport
    return report


def mark_shared(report: Report) -> None:
    # Without a file the report stays queued; `export.finish` sets the status.
    status = Report.Status.SHARED if report.status in Report.READY else report.status
    Report.transitions.apply(report, status, shared_at=timezone.now())


@transaction.atomic
def revoke_share(share_id: UUID, *, by: Actor, if_match: str | None = None) -> Share:
    """Close a share's link permanently; idempotent. Raises NotFound."""
    shares = Share.objects.select_for_update(of=("self",)).select_related("project", "report")
    share = get_or_404(shares, pk=share_id)
    require_match(if_match, share)
    if share.revoked_at is None:
        share.revoked_at = timezone.now()
        share.save(update_fields=["revoked_at", "updated_at"])
        log_event("share.revoked", share, by=by, channel=share.channel)
    return share


def count_view(share: Share) -> None:
    """Count a view of the shared page, at most one in VIEW_INTERVAL."""
    now = timezone.now()
    # At most one UPDATE a minute: every request would otherwise write to the same row.
    if share.last_opened_at is None or share.last_opened_at <= now - VIEW_INTERVAL:
        due = Q(last_opened_at__isnull=True) | Q(last_opened_at__lte=now - VIEW_INTERVAL)
        # `updated_at` stays: it is the version of the share in the API, which does not show its views.
        Share.objects.filter(due, pk=share.pk).update(views=F("views") + 1, last_opened_at=now)
