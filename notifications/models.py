"""Alert destinations, and every alert with its outcome."""

from typing import ClassVar

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q

from accounts.models import Project
from krafter_audit.db.leases import Leased
from krafter_audit.db.models import Record
from krafter_audit.db.transitions import StatusField, StatusTransitions


class AlertChannel(models.TextChoices):
    """The channels that a policy's `alert_routing` may name."""

    SLACK = "slack"
    EMAIL = "email"


class Destination(Record):
    """Where a project's channel sends alerts: a sealed Slack webhook, or e-mail addresses."""

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
        return f"{self.channel} of {self.project_id}"


class Alert(Record, Leased):
    """A message to one channel. It collects events until it is due; then it is sent."""

    class Status(models.TextChoices):
        GATHERING = "gathering"
        SENDING = "sending"
        SENT = "sent"
        FAILED = "failed"

    project = models.ForeignKey(Project, models.CASCADE, related_name="alerts", db_index=False)
    channel = models.CharField(max_length=8, choices=AlertChannel)
    status = StatusField(max_length=9, choices=Status, default=Status.GATHERING)
    # {kind: {severity: number}}
    counts = models.JSONField(default=dict)
    # [{kind, severity, title, id}], at most ten
    worst = models.JSONField(default=list, encoder=DjangoJSONEncoder)
    total = models.PositiveIntegerField(default=0)
    # Events that exceeded the hourly limit of messages.
    held_back = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField()
    # E-mail addresses that have received the message, if a worker had to repeat the delivery.
    delivered_to = models.JSONField(default=list, editable=False)
    outcome = models.CharField(max_length=300, blank=True)
    sent_at = models.DateTimeField(null=True)

    UNFINISHED = (Status.GATHERING, Status.SENDING)
    transitions = StatusTransitions(
        "status",
        {
            Status.GATHERING: {Status.SENDING},
            Status.SENDING: {Status.SENT, Status.FAILED},
            Status.SENT: set(),
            Status.FAILED: set(),
        },
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["project", "channel"],
                condition=Q(status="gathering"),
                name="unique_gathering_alert_per_channel",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["gathering", "sending", "sent", "failed"]), name="alert_status_known"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["project", "-created_at", "-id"], name="alert_newest"),
            models.Index(
                fields=["due_at"], condition=Q(status__in=["gathering", "sending"]), name="alert_due"
            ),
            models.Index(fields=["project", "channel", "sent_at"], name="alert_sent"),
        ]

    def __str__(self) -> str:
        return f"{self.channel}: {self.total}"
