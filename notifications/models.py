from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import Organization, Project
from krafter_audit.db.leases import Leased
from krafter_audit.db.models import BaseModel
from krafter_audit.db.transitions import StatusField, StatusTransitions
from krafter_audit.displayed_times import in_words
from krafter_audit.http.urls import MAX_STORED_LENGTH
from remediation.alert_routing import AlertChannel

HIDDEN_URL = "https://hooks.slack.com/services/…"


class Destination(BaseModel):
    """A channel's destination of a project's alerts: a sealed Slack webhook, or e-mail addresses."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="alert_destinations", db_index=False)
    channel = models.CharField(max_length=8, choices=AlertChannel)
    credentials = models.BinaryField(null=True)
    recipients = models.JSONField(default=list)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["project", "channel"], name="unique_destination_per_channel"),
            models.CheckConstraint(
                condition=Q(channel="slack", credentials__isnull=False)
                | Q(channel="email", credentials__isnull=True),
                name="destination_has_what_its_channel_needs",
            ),
        ]

    def __str__(self) -> str:
        return f"{AlertChannel(self.channel).label} of {self.project}"

    @property
    def hidden_webhook_url(self) -> str | None:
        """The text that pages show in place of the webhook URL; None without a webhook."""
        return HIDDEN_URL if self.credentials else None


class Unsubscription(BaseModel):
    """An address whose owner has unsubscribed from a project's alerts."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="unsubscriptions", db_index=False)
    # In lower case.
    email = models.EmailField("e-mail")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["project", "email"], name="unique_unsubscription"),
        ]

    def __str__(self) -> str:
        return self.email


class Alert(BaseModel, Leased):
    """A message to one channel, which collects events until it is due."""

    class Status(models.TextChoices):
        COLLECTING = "collecting"
        SENDING = "sending"
        SENT = "sent"
        FAILED = "failed"

    project = models.ForeignKey(Project, models.CASCADE, related_name="alerts", db_index=False)
    channel = models.CharField(max_length=8, choices=AlertChannel)
    status = StatusField(max_length=10, choices=Status, default=Status.COLLECTING)
    # {kind: {severity: number}}
    counts = models.JSONField(default=dict)
    # [{kind, severity, title, id}], at most ten
    most_severe = models.JSONField(default=list, encoder=DjangoJSONEncoder)
    total = models.PositiveIntegerField(default=0)
    # Events that exceeded the hourly limit of messages.
    delayed = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField()
    # E-mail addresses that have received the message, if a worker had to repeat the delivery.
    delivered_to = models.JSONField(default=list, editable=False)
    outcome = models.CharField(max_length=300, blank=True)
    sent_at = models.DateTimeField(null=True)

    UNFINISHED = (Status.COLLECTING, Status.SENDING)
    transitions = StatusTransitions(
        "status",
        {
            Status.COLLECTING: {Status.SENDING},
            Status.SENDING: {Status.SENT, Status.FAILED},
            Status.SENT: set(),
            Status.FAILED: set(),
        },
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["project", "channel"],
                condition=Q(status="collecting"),
                name="unique_collecting_alert_per_channel",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["collecting", "sending", "sent", "failed"]), name="alert_status_known"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["project", "-created_at", "-id"], name="alert_newest"),
            models.Index(fields=["project", "-updated_at", "-id"], name="alert_updated"),
            models.Index(
                fields=["due_at"], condition=Q(status__in=["collecting", "sending"]), name="alert_due"
            ),
            models.Index(fields=["project", "channel", "sent_at"], name="alert_sent"),
        ]

    def __str__(self) -> str:
        return f"{AlertChannel(self.channel).label} of {in_words(self.created_at)}"


class WebhookEndpoint(BaseModel, Leased):
    """A URL of an organisation that receives events; leased by a worker while it delivers."""

    class Status(models.TextChoices):
        ENABLED = "enabled"
        DISABLED = "disabled"

    organization = models.ForeignKey(
        Organization,
        models.CASCADE,
        related_name="webhook_endpoints",
        db_index=False,
        verbose_name="organisation",
    )
    url = models.CharField("URL", max_length=MAX_STORED_LENGTH)
    description = models.CharField(max_length=200, blank=True)
    # Names of events, or groups such as `finding.*`; empty = all events.
    events = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    # Ids of projects; empty = all projects. No relation: a filter must not become empty when its project is deleted.
    project_ids = ArrayField(models.UUIDField(), default=list, blank=True)
    status = StatusField(max_length=8, choices=Status, default=Status.ENABLED)
    # {"current": "whsec_…", "previous": "whsec_…" or null}, encrypted
    credentials = models.BinaryField()
    previous_secret_until = models.DateTimeField(
        null=True, help_text="Until then, messages are also signed with the previous secret."
    )
    # Events since then are delivered; a short time after it, they are also searched in the audit log.
    enabled_at = models.DateTimeField(default=timezone.now)
    disabled_at = models.DateTimeField(null=True)
    disabled_reason = models.CharField(max_length=300, blank=True)
    # When the e-mail about the disabled endpoint is due, or tried again; null = none is due.
    notice_due_at = models.DateTimeField(null=True, editable=False)
    notice_delivered_to = models.JSONField(default=list, editable=False)  # the addresses that got it
    last_success_at = models.DateTimeField(null=True)
    last_failure_at = models.DateTimeField(null=True)
    # Rounds of messages in a row that the endpoint left unanswered.
    timeouts = models.PositiveSmallIntegerField(default=0, editable=False)
    paused_until = models.DateTimeField(
        null=True,
        help_text="Until then no event is sent: the endpoint did not answer in time, or an error stopped the delivery.",
    )

    transitions = StatusTransitions(
        "status", {Status.ENABLED: {Status.DISABLED}, Status.DISABLED: {Status.ENABLED}}
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(status="enabled", disabled_at__isnull=True)
                | Q(status="disabled", disabled_at__isnull=False),
                name="webhook_endpoint_disabled_at_a_time",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["organization", "-created_at", "-id"], name="webhook_endpoint_newest"),
            models.Index(
                fields=["notice_due_at"],
                condition=Q(notice_due_at__isnull=False),
                name="webhook_endpoint_notice",
            ),
        ]

    def __str__(self) -> str:
        return self.url

    @property
    def state(self) -> str:
        """The status, or `paused` while an enabled endpoint gets no events (`paused_until`)."""
        is_paused = self.paused_until is not None and self.paused_until > timezone.now()
        return "paused" if is_paused and self.status == self.Status.ENABLED else str(self.status)


class EventDelivery(BaseModel):
    """One event for one endpoint; its id is the `webhook-id` of every attempt."""

    class Status(models.TextChoices):
        PENDING = "pending"
        DELIVERED = "delivered"
        FAILED = "failed"

    endpoint = models.ForeignKey(WebhookEndpoint, models.CASCADE, related_name="deliveries", db_index=False)
    # Null for a test event, which is not in the audit log.
    event_id = models.BigIntegerField(null=True)
    event_type = models.CharField(max_length=60)
    event_at = models.DateTimeField()
    subject_id = models.UUIDField()
    project = models.ForeignKey(
        Project, models.CASCADE, null=True, db_index=False, related_name="event_deliveries"
    )
    # The exact body, since the signature covers its bytes.
    payload = models.TextField()
    status = StatusField(max_length=9, choices=Status, default=Status.PENDING)
    # Attempts in the current run of the schedule: a replay begins with 0.
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True, default=timezone.now)
    delivered_at = models.DateTimeField(null=True)
    # [{started_at, duration_ms, status_code, error, response}], the newest last
    attempt_log = models.JSONField(default=list, encoder=DjangoJSONEncoder)

    transitions = StatusTransitions(
        "status",
        {
            Status.PENDING: {Status.DELIVERED, Status.FAILED},
            Status.DELIVERED: {Status.PENDING},
            Status.FAILED: {Status.PENDING},
        },
    )

    class Meta:
        verbose_name_plural = "event deliveries"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["endpoint", "event_id"], name="unique_delivery_per_event"),
            models.CheckConstraint(
                condition=Q(status="pending", next_attempt_at__isnull=False)
                | Q(status__in=["delivered", "failed"], next_attempt_at__isnull=True),
                name="pending_delivery_has_a_next_attempt",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["endpoint", "-created_at", "-id"], name="event_delivery_newest"),
            models.Index(
                fields=["endpoint", "next_attempt_at"],
                condition=Q(status="pending"),
                name="event_delivery_pending",
            ),
            models.Index(fields=["created_at"], name="event_delivery_oldest"),
        ]

    def __str__(self) -> str:
        return f"{self.event_type}, {in_words(self.created_at)}"
