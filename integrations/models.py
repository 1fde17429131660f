"""Whom we tell: the connections of a project, which ticket stands for which task, and what each sync did."""

from typing import ClassVar

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import Organization, Project, User
from integrations.alert_models import Alert as Alert
from integrations.alert_models import Destination as Destination
from integrations.providers import named
from krafter_audit.db.leases import Claimable
from krafter_audit.db.models import Record
from krafter_audit.db.transitions import StatusField, StatusTransitions
from remediation.models import Task, Verification


class Integration(Record, Claimable):
    """One provider of one project. `generation` moves when the sealed credentials are replaced or wiped.

    While it syncs, `scope` says how much is wanted: all, or what is pending on our side alone. `wanted_at` moves with
    every wish; one that came while a run was at work makes it begin again.
    """

    class Status(models.TextChoices):
        CONNECTED = "connected"
        DISCONNECTED = "disconnected"
        SYNCING = "syncing"
        ERROR = "error"

    class Scope(models.TextChoices):
        ALL = "all"
        PENDING = "pending"

    organization = models.ForeignKey(
        Organization, models.CASCADE, related_name="integrations", db_index=False
    )
    project = models.ForeignKey(Project, models.CASCADE, related_name="integrations", db_index=False)
    provider = models.CharField(max_length=20, choices=named)
    status = StatusField(max_length=12, choices=Status, default=Status.DISCONNECTED)
    credentials = models.BinaryField(null=True)
    generation = models.PositiveIntegerField(default=0, editable=False)
    last_sync_at = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True, help_text="A sentence for people: what went wrong last.")
    renewing_until = models.DateTimeField(
        null=True, editable=False, help_text="Until then one process may be exchanging the tokens."
    )
    cursor = models.JSONField(default=dict, help_text="How far the provider has been read.")
    not_before = models.DateTimeField(default=timezone.now, help_text="A sync in progress goes on from here.")
    scope = models.CharField(max_length=7, choices=Scope, default=Scope.ALL, editable=False)
    wanted_at = models.DateTimeField(default=timezone.now, editable=False)
    next_sync_at = models.DateTimeField(null=True, help_text="When it is synced by itself next.")
    failures = models.PositiveSmallIntegerField(default=0, help_text="Syncs that failed in a row.")

    transitions = StatusTransitions(
        "status",
        {
            Status.DISCONNECTED: {Status.CONNECTED},
            Status.CONNECTED: {Status.SYNCING, Status.DISCONNECTED},
            Status.SYNCING: {Status.CONNECTED, Status.ERROR, Status.DISCONNECTED},
            Status.ERROR: {Status.SYNCING, Status.CONNECTED, Status.DISCONNECTED},
        },
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["project", "provider", "organization"], name="one_integration_a_provider"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["connected", "disconnected", "syncing", "error"]),
                name="integration_status_known",
            ),
            models.CheckConstraint(
                condition=Q(status="disconnected", credentials__isnull=True)
                | (~Q(status="disconnected") & Q(credentials__isnull=False)),
                name="credentials_unless_disconnected",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["not_before"], condition=Q(status="syncing"), name="integration_syncing"),
            models.Index(
                fields=["next_sync_at"],
                condition=Q(status__in=["connected", "error"]),
                name="integration_next_sync",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider} ({self.status})"


class ExternalLink(Record):
    """Which ticket stands for a task. The claim is written before the ticket is made: it is made once.

    `last_synced` = `{wanted: {title, status, priority, due}, remote: {title, state, updated_at}}`: what both
    sides were when they last agreed. `task_seen_at` is the task's `updated_at` of that moment.
    """

    class State(models.TextChoices):
        CLAIMED = "claimed"
        LINKED = "linked"

    integration = models.ForeignKey(Integration, models.CASCADE, related_name="links", db_index=False)
    task = models.ForeignKey(Task, models.CASCADE, related_name="links")
    external_id = models.CharField(max_length=300, blank=True)
    key = models.CharField(max_length=255, blank=True)
    url = models.CharField(max_length=2000, blank=True)
    state = models.CharField(max_length=8, choices=State, default=State.CLAIMED)
    last_synced = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    task_seen_at = models.DateTimeField(null=True)
    moves = models.JSONField(default=list)
    halted_at = models.DateTimeField(
        null=True, help_text="Its state went back and forth; it is left alone until a person resolves it."
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["integration", "task"], name="one_ticket_a_task"),
            models.UniqueConstraint(
                fields=["integration", "external_id"], condition=Q(state="linked"), name="one_task_a_ticket"
            ),
            models.CheckConstraint(
                condition=Q(state="claimed") | ~Q(external_id=""), name="linked_to_a_named_ticket"
            ),
        ]

    def __str__(self) -> str:
        return self.key or f"task {self.task_id}"


class Conflict(Record):
    """What both sides want differently and no rule decides: kept until a person says whose counts.

    `ours` and `theirs` are what each side had when it was found. `kept` = `ours` or `theirs`, a person's word;
    `settled`: both sides came to agree by themselves.
    """

    class Field(models.TextChoices):
        TITLE = "title"
        STATE = "state"
        LOOP = "loop"

    class Kept(models.TextChoices):
        OURS = "ours"
        THEIRS = "theirs"
        SETTLED = "settled"

    integration = models.ForeignKey(Integration, models.CASCADE, related_name="conflicts", db_index=False)
    link = models.ForeignKey(ExternalLink, models.CASCADE, related_name="conflicts", db_index=False)
    field = models.CharField(max_length=8, choices=Field)
    ours = models.CharField(max_length=300, blank=True)
    theirs = models.CharField(max_length=300, blank=True)
    why = models.CharField(max_length=1000)
    kept = models.CharField(max_length=8, choices=Kept, blank=True)
    resolved_at = models.DateTimeField(null=True)
    resolved_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["link", "field"],
                condition=Q(resolved_at__isnull=True),
                name="one_open_conflict_a_field",
            ),
            models.CheckConstraint(
                condition=Q(resolved_at__isnull=True, kept="")
                | Q(resolved_at__isnull=False, kept__in=["ours", "theirs", "settled"]),
                name="conflict_resolved_by_a_choice",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["integration", "-created_at", "-id"], name="conflict_newest"),
            models.Index(fields=["link"], name="conflict_of_link"),
        ]

    def __str__(self) -> str:
        return f"{self.link}: {self.field}"


class Remark(Record):
    """What a ticket is told once about a verification whose checks failed; `tried_at` stands before it is sent."""

    link = models.ForeignKey(ExternalLink, models.CASCADE, related_name="remarks", db_index=False)
    verification = models.ForeignKey(Verification, models.CASCADE, related_name="remarks")
    attempts = models.PositiveSmallIntegerField(default=0)
    tried_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["link", "verification"], name="one_remark_a_verification"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["link"], condition=Q(sent_at__isnull=True), name="remark_unsent"),
        ]

    def __str__(self) -> str:
        return f"{self.link}: {self.verification_id}"


class Hook(Record):
    """Where a provider calls us: the address ends with the integration's id, the sealed secret signs what is sent."""

    integration = models.OneToOneField(Integration, models.CASCADE, related_name="hook")
    credentials = models.BinaryField()
    last_delivery_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return str(self.integration)


class Delivery(Record):
    """One call of a provider, kept before it is answered. `digest` is the SHA-256 of its body: no header is signed."""

    integration = models.ForeignKey(Integration, models.CASCADE, related_name="deliveries", db_index=False)
    delivery = models.CharField(max_length=200, blank=True)
    digest = models.CharField(max_length=64)
    event = models.CharField(max_length=100)
    tickets = models.JSONField(default=list)
    changed_at = models.DateTimeField(null=True, help_text="When the provider says that the change was made.")
    done_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "deliveries"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["integration", "digest"], name="one_delivery_a_body"),
            models.UniqueConstraint(
                fields=["integration", "delivery"], condition=~Q(delivery=""), name="one_delivery_an_id"
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["integration", "id"], condition=Q(done_at__isnull=True), name="delivery_undone"
            ),
            models.Index(fields=["created_at"], name="delivery_oldest"),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.delivery}"


class SyncRun(Record):
    """What one run of a sync did. `refused` = `[{what, why}]`: conflicts and refusals for a person to see."""

    class Outcome(models.TextChoices):
        RUNNING = "running"
        SUCCEEDED = "succeeded"
        FAILED = "failed"
        PAUSED = "paused"
        INTERRUPTED = "interrupted"

    integration = models.ForeignKey(Integration, models.CASCADE, related_name="runs", db_index=False)
    outcome = models.CharField(max_length=11, choices=Outcome, default=Outcome.RUNNING)
    started_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)
    pushed = models.PositiveIntegerField(default=0)
    pulled = models.PositiveIntegerField(default=0)
    refused = models.JSONField(default=list)
    notes = models.JSONField(default=list)
    error = models.TextField(blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["integration", "-started_at", "-id"], name="sync_run_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M:%S} {self.outcome}"
