from datetime import date
from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils import formats, timezone

from accounts.models import Project, User
from events.totals.definitions import CounterDefinition, counter_triggers
from krafter_audit.db.fields import VerbatimJSONField
from krafter_audit.db.leases import Leased
from krafter_audit.db.models import BaseModel
from krafter_audit.db.transitions import StatusField, StatusTransitions


class Format(models.TextChoices):
    JSON = "json", "JSON"
    CSV = "csv", "CSV"
    PDF = "pdf", "PDF"


class Report(BaseModel, Leased):
    """One export: a snapshot of the project, and the files that a worker writes from it."""

    class Status(models.TextChoices):
        QUEUED = "queued"
        EXPORTING = "exporting"
        EXPORTED = "exported"
        SHARED = "shared"
        FAILED = "failed"

    project = models.ForeignKey(Project, models.CASCADE, related_name="reports", db_index=False)
    format = models.CharField(max_length=4, choices=Format)
    status = StatusField(max_length=9, choices=Status, default=Status.QUEUED)
    period_start = models.DateField()
    period_end = models.DateField()
    summary: "models.Field[Any, Any]" = VerbatimJSONField()  # as in the API
    # The counts behind the summary.
    breakdown = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    # The names of project and organisation and the site URL at that time.
    subject = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    # The day of the first scan or finding of the project: there is nothing to show before it.
    first_day = models.DateField(null=True, editable=False)
    # The random part of the link in the QR code of the PDF. The first share of the report takes it as its key.
    link_key = models.CharField(max_length=43, editable=False)
    file = models.CharField(max_length=200, blank=True)
    file_size = models.PositiveBigIntegerField(null=True, help_text="Bytes.")
    sha256 = models.JSONField(default=dict, help_text="Hexadecimal SHA-256 by the name of each file.")
    failure = models.TextField(blank=True, help_text="Why the export failed.")
    exported_at = models.DateTimeField(null=True)
    shared_at = models.DateTimeField(null=True)
    requested_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", db_index=False)

    PENDING = (Status.QUEUED, Status.EXPORTING)
    READY = (Status.EXPORTED, Status.SHARED)
    transitions = StatusTransitions(
        "status",
        {
            Status.QUEUED: {Status.EXPORTING, Status.FAILED},
            Status.EXPORTING: {Status.EXPORTED, Status.FAILED},
            Status.EXPORTED: {Status.SHARED},
            Status.SHARED: set(),
            Status.FAILED: set(),
        },
    )

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["project", "-created_at", "-id"], name="report_newest"),
            models.Index(fields=["project", "-updated_at", "-id"], name="report_updated"),
            models.Index(
                fields=["lease_until"], condition=Q(status__in=["queued", "exporting"]), name="report_pending"
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(format__in=Format.values), name="report_format_known"),
            models.CheckConstraint(
                condition=Q(status__in=["queued", "exporting", "exported", "shared", "failed"]),
                name="report_status_known",
            ),
            models.CheckConstraint(
                condition=(Q(status__in=["exported", "shared"], exported_at__isnull=False) & ~Q(file=""))
                | (Q(status__in=["queued", "exporting", "failed"], exported_at__isnull=True) & Q(file="")),
                name="report_file_when_exported",
            ),
            models.CheckConstraint(
                condition=~Q(status="shared") | Q(shared_at__isnull=False),
                name="report_shared_at_when_shared",
            ),
            models.CheckConstraint(
                condition=Q(period_start__lte=models.F("period_end")), name="report_period_runs_forward"
            ),
        ]
        triggers: ClassVar = counter_triggers(CounterDefinition("report", ("format",)))

    def __str__(self) -> str:
        return f"{self.format.upper()} report of {formats.date_format(self.period_end)}"

    @property
    def snapshot(self) -> dict[str, object]:
        return {key: self.summary[key] for key in ("open_findings", "verification_pass_rate")}

    def filename(self, slug: str, kind: str = "") -> str:
        day: date = self.period_end
        suffix = f"-{kind}" if kind else ""
        return f"krafter-audit-{slug}-{day.isoformat()}{suffix}.{self.format}"


class ReportItem(models.Model):
    """A row copied into a snapshot, and its position.

    `fixed` are the last findings that a passed verification has closed, `overdue` the tasks that are longest overdue.
    """

    class Kind(models.TextChoices):
        FINDING = "finding"
        TASK = "task"
        VERIFICATION = "verification"
        REGRESSION = "regression"
        FIXED = "fixed"
        OVERDUE = "overdue"

    # Reads are ranges of positions, which this key serves; a report may have a million rows.
    pk = models.CompositePrimaryKey("report", "kind", "position")
    # No foreign key constraint: the rows are inserted in the transaction of their report, and its check of each row was
    # two fifths of the CPU time of a snapshot.
    report = models.ForeignKey(
        Report, models.CASCADE, db_constraint=False, db_index=False, related_name="items"
    )
    kind = models.CharField(max_length=12, choices=Kind)
    position = models.PositiveIntegerField()
    data = models.JSONField(encoder=DjangoJSONEncoder)

    def __str__(self) -> str:
        return f"{self.kind} {self.position}"


class Share(BaseModel, Leased):
    """The delivery of a report through a channel, with a link that can be revoked."""

    class Channel(models.TextChoices):
        LINK = "link"
        EMAIL = "email", "E-mail"
        SLACK = "slack"

    class Status(models.TextChoices):
        QUEUED = "queued"
        SENT = "sent"
        FAILED = "failed"

    project = models.ForeignKey(Project, models.CASCADE, related_name="shares", db_index=False)
    report = models.ForeignKey(Report, models.CASCADE, related_name="shares")
    channel = models.CharField(max_length=5, choices=Channel)
    recipients = ArrayField(models.EmailField(), default=list)
    # Encrypted, and deleted after the delivery.
    webhook = models.BinaryField(null=True, editable=False)
    # The random part of the link's token.
    key = models.CharField(max_length=43, unique=True, editable=False)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    status = StatusField(max_length=6, choices=Status, default=Status.QUEUED)
    outcome = models.TextField(blank=True, help_text="Result of the delivery.")
    # By recipient: `{"ada@example.com": "sent"}`.
    outcomes = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    sent_at = models.DateTimeField(null=True)
    views = models.PositiveIntegerField(default=0, help_text="Views within a minute count as one.")
    last_opened_at = models.DateTimeField(null=True)
    shared_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", db_index=False)

    transitions = StatusTransitions(
        "status",
        {Status.QUEUED: {Status.SENT, Status.FAILED}, Status.SENT: set(), Status.FAILED: set()},
    )

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["project", "-created_at", "-id"], name="share_newest"),
            models.Index(fields=["project", "-updated_at", "-id"], name="share_updated"),
            models.Index(fields=["lease_until"], condition=Q(status="queued"), name="share_undelivered"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(channel__in=["link", "email", "slack"]), name="share_channel_known"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["queued", "sent", "failed"]), name="share_status_known"
            ),
            models.CheckConstraint(
                condition=Q(webhook__isnull=True) | Q(channel="slack", status="queued"),
                name="share_webhook_only_while_needed",
            ),
        ]
        triggers: ClassVar = counter_triggers(CounterDefinition("share", ("channel",)))

    def __str__(self) -> str:
        return f"{self.get_channel_display()} of {formats.date_format(timezone.localtime(self.created_at))}"

    @property
    def vault_owner(self) -> tuple[str, ...]:
        return ("reports.share", str(self.project_id), str(self.pk))

    def is_live(self) -> bool:
        return self.revoked_at is None and self.expires_at > timezone.now()
