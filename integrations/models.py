from typing import ClassVar

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import Organization, Project, User
from integrations.providers.registry import provider_choices
from krafter_audit.db.leases import Leased
from krafter_audit.db.models import BaseModel
from krafter_audit.db.transitions import StatusField, StatusTransitions
from krafter_audit.displayed_times import in_words
from krafter_audit.http.urls import MAX_STORED_LENGTH
from remediation.models import Task, Verification


class Integration(BaseModel, Leased):
    """A project's connection to one provider."""

    class Status(models.TextChoices):
        CONNECTED = "connected"
        DISCONNECTED = "disconnected"
        SYNCING = "syncing"
        ERROR = "error"

    class SyncScope(models.TextChoices):
        ALL = "all"
        PENDING = "pending"

    organization = models.ForeignKey(
        Organization, models.CASCADE, related_name="integrations", db_index=False, verbose_name="organisation"
    )
    project = models.ForeignKey(Project, models.CASCADE, related_name="integrations", db_index=False)
    provider = models.CharField(max_length=20, choices=provider_choices)
    status = StatusField(max_length=12, choices=Status, default=Status.DISCONNECTED)
    credentials = models.BinaryField(null=True)
    # Increased when the credentials are replaced or deleted: a sync with older ones stops.
    credentials_version = models.PositiveIntegerField(default=0, editable=False)
    last_sync_at = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True)
    token_refresh_until = models.DateTimeField(
        null=True, editable=False, help_text="Until then, one process may be refreshing the token."
    )
    cursor = models.JSONField(default=dict, help_text="How far the provider has been read.")
    not_before = models.DateTimeField(default=timezone.now, help_text="When a waiting sync continues.")
    # While it syncs: everything, or only our pending changes.
    sync_scope = models.CharField(max_length=7, choices=SyncScope, default=SyncScope.ALL, editable=False)
    # A request during a sync updates it, and the sync is repeated.
    requested_at = models.DateTimeField(default=timezone.now, editable=False)
    next_sync_at = models.DateTimeField(null=True, help_text="When the next scheduled sync starts.")
    failures = models.PositiveSmallIntegerField(default=0, help_text="Consecutive failed syncs.")

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
                fields=["project", "provider", "organization"], name="unique_integration_per_provider"
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
        return f"{self.get_provider_display()} of {self.project}"


class TicketLink(BaseModel):
    class State(models.TextChoices):
        CREATING = "creating"
        LINKED = "linked"

    integration = models.ForeignKey(Integration, models.CASCADE, related_name="links", db_index=False)
    task = models.ForeignKey(Task, models.CASCADE, related_name="ticket_links")
    # Empty while the ticket is being created: the row is stored first, so that a crash between the request and its
    # response leaves a trace, and the ticket is created once.
    external_id = models.CharField(max_length=300, blank=True)
    key = models.CharField(max_length=255, blank=True)
    url = models.CharField(max_length=MAX_STORED_LENGTH, blank=True)
    state = StatusField(max_length=8, choices=State, default=State.CREATING)
    # {task: {title, status, priority, due}, ticket: {title, state, updated_at}}: both sides as they last agreed. While
    # the ticket is being created, {task} as it was first sent.
    last_synced = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    # The task's `updated_at` at that moment: a task whose value differs has to be pushed.
    task_synced_at = models.DateTimeField(null=True)
    # {"SERVER ID": values as in `last_synced`} of the tickets that the task had before, and {"last": …} of the newest:
    # when the connection is changed back, or a moved ticket is found, the sync continues from these values.
    earlier = models.JSONField(default=dict, encoder=DjangoJSONEncoder, editable=False)
    # A sync that fails between a change of the ticket and this search leaves it to the next one.
    pull_request_due = models.BooleanField(
        default=False,
        help_text="The ticket has changed: its pull requests are searched for by the next sync.",
    )
    # Empty while no list has the ticket, as it was moved or cannot be read: each sync requests it.
    read_at = models.DateTimeField(
        null=True, default=timezone.now, help_text="When the ticket was last read at the provider."
    )
    # The times of the last synced state changes, to detect a loop.
    state_changes = models.JSONField(default=list)
    halted_at = models.DateTimeField(
        null=True,
        help_text="Its state changed back and forth and is no longer synced until a person resolves it.",
    )

    transitions = StatusTransitions("state", {State.CREATING: {State.LINKED}, State.LINKED: {State.CREATING}})

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["integration", "task"], name="unique_ticket_per_task"),
            models.UniqueConstraint(
                fields=["integration", "external_id"],
                condition=Q(state="linked"),
                name="unique_task_per_ticket",
            ),
            models.CheckConstraint(
                condition=Q(state="creating") | ~Q(external_id=""), name="linked_ticket_has_an_id"
            ),
        ]

    def __str__(self) -> str:
        return self.key or f"task {self.task_id}"


class SyncConflict(BaseModel):
    """A difference between a task and its ticket that no rule decides."""

    class Field(models.TextChoices):
        TITLE = "title"
        STATE = "state"
        LOOP = "loop"

    class Resolution(models.TextChoices):
        OURS = "ours", "Task's value kept"
        THEIRS = "theirs", "Ticket's value kept"
        SETTLED = "settled", "Both sides agree"

    integration = models.ForeignKey(Integration, models.CASCADE, related_name="conflicts", db_index=False)
    link = models.ForeignKey(TicketLink, models.CASCADE, related_name="conflicts", db_index=False)
    field = models.CharField(max_length=8, choices=Field)
    # The values when the conflict was found.
    ours = models.CharField(max_length=300, blank=True)
    theirs = models.CharField(max_length=300, blank=True)
    reason = models.CharField(max_length=1000)
    resolution = models.CharField(max_length=8, choices=Resolution, blank=True)
    resolved_at = models.DateTimeField(null=True)
    resolved_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["link", "field"],
                condition=Q(resolved_at__isnull=True),
                name="unique_open_conflict_per_field",
            ),
            models.CheckConstraint(
                condition=Q(resolved_at__isnull=True, resolution="")
                | Q(resolved_at__isnull=False, resolution__in=["ours", "theirs", "settled"]),
                name="conflict_resolved_by_a_choice",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["integration", "-created_at", "-id"], name="conflict_newest"),
            models.Index(fields=["integration", "-updated_at", "-id"], name="conflict_updated"),
            models.Index(fields=["link"], name="conflict_of_link"),
        ]

    def __str__(self) -> str:
        return f"{self.link}: {self.get_field_display()}"


class TicketComment(BaseModel):
    """A comment on a ticket about the failed checks of a verification."""

    link = models.ForeignKey(TicketLink, models.CASCADE, related_name="comments", db_index=False)
    verification = models.ForeignKey(Verification, models.CASCADE, related_name="ticket_comments")
    attempts = models.PositiveSmallIntegerField(default=0)
    # Set before the request, since a response may get lost: the next attempt looks for the comment first.
    tried_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["link", "verification"], name="unique_comment_per_verification")
        ]
        indexes: ClassVar = [
            models.Index(fields=["link"], condition=Q(sent_at__isnull=True), name="comment_unsent")
        ]

    def __str__(self) -> str:
        return f"{self.link}: {self.verification_id}"


class Webhook(BaseModel):
    """A URL to which a provider sends deliveries; it ends with the integration's id."""

    integration = models.OneToOneField(Integration, models.CASCADE, related_name="webhook")
    credentials = models.BinaryField()
    last_delivery_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return str(self.integration)


class WebhookDelivery(BaseModel):
    """A delivery of a webhook, stored before it is answered."""

    integration = models.ForeignKey(Integration, models.CASCADE, related_name="deliveries", db_index=False)
    delivery_id = models.CharField(max_length=200, blank=True)
    # Providers sign the body and no header: a replay may have another delivery id, and GitLab's events of one cause
    # have the same one. The SHA-256 of the body recognizes a repetition.
    body_digest = models.CharField(max_length=64)
    event = models.CharField(max_length=100)
    ticket_ids = models.JSONField(default=list)
    changed_at = models.DateTimeField(null=True, help_text="The provider's time of the change.")
    processed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "webhook deliveries"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["integration", "body_digest"], name="unique_delivery_per_body"),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["integration", "id"],
                condition=Q(processed_at__isnull=True),
                name="delivery_unprocessed",
            ),
            models.Index(fields=["created_at"], name="delivery_oldest"),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.delivery_id}"


class SyncRun(BaseModel):
    class Status(models.TextChoices):
        RUNNING = "running"
        SUCCEEDED = "succeeded"
        FAILED = "failed"
        PAUSED = "paused"
        INTERRUPTED = "interrupted"

    integration = models.ForeignKey(Integration, models.CASCADE, related_name="runs", db_index=False)
    outcome = StatusField(max_length=11, choices=Status, default=Status.RUNNING)
    started_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)
    pushed = models.PositiveIntegerField(default=0)
    pulled = models.PositiveIntegerField(default=0)
    # [{subject, reason}]: refusals and conflicts for a person to see.
    refusals = models.JSONField(default=list)
    notes = models.JSONField(default=list)
    error = models.TextField(blank=True)

    transitions = StatusTransitions(
        "outcome",
        {
            Status.RUNNING: {Status.SUCCEEDED, Status.FAILED, Status.PAUSED, Status.INTERRUPTED},
            Status.SUCCEEDED: set(),
            Status.FAILED: set(),
            Status.PAUSED: set(),
            Status.INTERRUPTED: set(),
        },
    )

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["integration", "-started_at", "-id"], name="sync_run_newest")
        ]

    def __str__(self) -> str:
        return f"Sync of {in_words(self.started_at)}"
