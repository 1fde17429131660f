from datetime import datetime
from typing import ClassVar

from django.contrib.postgres.indexes import HashIndex
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Case, F, Func, Q, Value, When
from django.utils import timezone

from accounts.models import Project, User
from events.totals.definitions import CounterDefinition, counter_triggers
from findings.models import Finding, Severity
from krafter_audit.db.deletion import set_null_and_updated_at
from krafter_audit.db.fields import StoredGeneratedField, VerbatimJSONField
from krafter_audit.db.leases import Leased
from krafter_audit.db.models import BaseModel, uuid7
from krafter_audit.db.transitions import StatusField, StatusTransitions
from krafter_audit.db.triggers import AppendOnly
from krafter_audit.http.urls import MAX_STORED_LENGTH
from remediation.evidence.triggers import CONTINUE_CHAIN, FOLLOW_LINKS
from remediation.sla.models import DUE_DAY, DUE_QUARTER, IS_DUE, WithSlaClock
from remediation.verification_states import BlockedBy, VerificationState
from scans.models import Scanner

HAS_OWNER = "owner_id IS NOT NULL"
HAS_TICKET = Q(external_ticket_key__isnull=False)

# `?q=` searches it: title, ticket, pull request and the words of the finding. migrations/0002_postgresql.py adds it.
SEARCH_COLUMN = "words"
MAX_COMMENT_LENGTH = 20_000
MAX_LABEL_LENGTH, MAX_LABELS_OF_TASK, MAX_LABELS_OF_PROJECT = 50, 20, 500


class TaskLabel(models.Model):
    """A label of a project's tasks; it exists as long as a task has it."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="task_labels", db_index=False)
    name = models.CharField(max_length=MAX_LABEL_LENGTH)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["project", "name"], name="unique_label_name")
        ]

    def __str__(self) -> str:
        return self.name


class Task(WithSlaClock, BaseModel):
    """The unit of work that closes a finding."""

    class Status(models.TextChoices):
        BACKLOG = "backlog"
        IN_PROGRESS = "in_progress", "In progress"
        BLOCKED = "blocked"
        READY_VERIFY = "ready_verify", "Ready to verify"
        DONE = "done"

    project = models.ForeignKey(Project, models.CASCADE, related_name="tasks", db_index=False)
    finding = models.ForeignKey(Finding, models.CASCADE, related_name="tasks", db_index=False)
    title = models.CharField(max_length=300)
    status = StatusField(max_length=12, choices=Status, default=Status.BACKLOG)
    priority = models.CharField(max_length=8, choices=Severity, default=Severity.MEDIUM)
    owner = models.ForeignKey(
        User, set_null_and_updated_at, null=True, blank=True, related_name="+", db_index=False
    )
    external_ticket_key = models.CharField(max_length=255, null=True, blank=True)
    pr_url = models.CharField(max_length=MAX_STORED_LENGTH, null=True, blank=True)
    labels = models.ManyToManyField(TaskLabel, blank=True, related_name="tasks")

    OPEN = (Status.BACKLOG, Status.IN_PROGRESS, Status.BLOCKED, Status.READY_VERIFY)
    transitions = StatusTransitions(
        "status",
        {
            Status.BACKLOG: {Status.IN_PROGRESS, Status.BLOCKED, Status.READY_VERIFY, Status.DONE},
            Status.IN_PROGRESS: {Status.BACKLOG, Status.BLOCKED, Status.READY_VERIFY, Status.DONE},
            Status.BLOCKED: {Status.BACKLOG, Status.IN_PROGRESS, Status.READY_VERIFY, Status.DONE},
            Status.READY_VERIFY: {Status.BACKLOG, Status.IN_PROGRESS, Status.BLOCKED, Status.DONE},
            # By reopening its verification, and never by a request.
            Status.DONE: {Status.IN_PROGRESS},
        },
    )

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["project", "-created_at", "-id"], name="task_newest"),
            models.Index(fields=["project", "-updated_at", "-id"], name="task_updated"),
            models.Index(fields=["project", "status", "-created_at", "-id"], name="task_by_status"),
            models.Index(fields=["project", "owner", "-created_at", "-id"], name="task_by_owner"),
            models.Index(fields=["finding", "-created_at", "-id"], name="task_of_finding"),
            models.Index(
                fields=["project", "sla_due_at"],
                condition=~Q(status="done") & Q(sla_due_at__isnull=False),
                name="task_due",
            ),
            models.Index(
                fields=["project", "sla_due_at"],
                condition=WithSlaClock.overdue_unlogged(),
                name="task_due_unlogged",
            ),
            models.Index(fields=["project", "sla_due_at", "id"], name="task_by_due"),
            # Over all projects, in the admin.
            models.Index(fields=["sla_due_at", "-id"], name="task_by_due_date"),
            models.Index(
                fields=["owner", "sla_due_at"], condition=~Q(status="done"), name="task_open_of_owner"
            ),
            models.Index(
                fields=["finding", "sla_due_at"], condition=~Q(status="done"), name="task_open_of_finding"
            ),
            models.Index(
                fields=["project", "external_ticket_key"], condition=HAS_TICKET, name="task_by_ticket"
            ),
            HashIndex(fields=["pr_url"], condition=Q(pr_url__isnull=False), name="task_by_pull_request"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(status__in=["backlog", "in_progress", "blocked", "ready_verify", "done"]),
                name="task_status_valid",
            ),
            models.CheckConstraint(condition=Q(priority__in=Severity.values), name="task_priority_valid"),
        ]
        triggers: ClassVar = counter_triggers(
            CounterDefinition("task", ("status", "priority"), history=True),
            CounterDefinition(
                "owner", ("status", "priority"), owner="owner_id", where=HAS_OWNER, history=True
            ),
            CounterDefinition(
                "due",
                (("quarter", DUE_QUARTER),),
                day=DUE_DAY,
                where=IS_DUE,
                history=True,
                due_at="sla_due_at",
            ),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def label_names(self) -> list[str]:
        return sorted(self.labels.values_list("name", flat=True))


class TaskComment(BaseModel):
    """A comment on a task, as plain text or Markdown."""

    task = models.ForeignKey(Task, models.CASCADE, related_name="comments", db_index=False)
    author = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    body = models.TextField(max_length=MAX_COMMENT_LENGTH)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["task", "-created_at", "-id"], name="taskcomment_newest"),
        ]

    def __str__(self) -> str:
        return self.body[:80]


class Result(models.TextChoices):
    PENDING = "pending"
    PASSED = "passed"
    FAILED = "failed"


class CheckStatus(models.TextChoices):
    RUNNING = "running"
    PASSED = "passed"
    FAILED = "failed"
    INCONCLUSIVE = "inconclusive"


def _has_check(condition: str) -> Func:
    return Func(
        F("checks"),
        Value(f"$[*] ? (@.status {condition})"),
        function="jsonb_path_exists",
        output_field=models.BooleanField(),
    )


# PostgreSQL computes the state and its reason, so every write of the other columns keeps them true.
STATE = Case(
    # The verification of a guard window waits for no decision.
    When(~Q(result="pending") | Q(trigger="guard", running=False), then=Value("decided")),
    When(superseded=True, then=Value("superseded")),
    When(~Q(contradicted_by="") & (Q(manual=True) | Q(running=False)), then=Value("blocked")),
    When(manual=True, then=Value("ready")),
    When(running=True, then=Value("running")),
    When(_has_check('!= "passed"'), then=Value("blocked")),
    default=Value("ready"),
)
BLOCKED_BY = Case(
    When(~Q(result="pending") | Q(superseded=True) | Q(trigger="guard"), then=Value("")),
    When(Q(manual=True, contradicted_by="") | Q(running=True, manual=False), then=Value("")),
    When(Q(contradicted_by="failed") | Q(_has_check('== "failed"')), then=Value("failed")),
    When(Q(contradicted_by="inconclusive") | Q(_has_check('== "inconclusive"')), then=Value("inconclusive")),
    default=Value(""),
)


class VerificationQuerySet(models.QuerySet["Verification"]):
    def without_guards(self) -> "VerificationQuerySet":
        """Return the verifications that people or deploys have requested: only these are listed and counted."""
        return self.exclude(trigger=Verification.Trigger.GUARD)

    def undecided(self) -> "VerificationQuerySet":
        """Return the verifications that are neither approved, reopened nor superseded."""
        return self.filter(result=Result.PENDING, superseded=False)


class Verification(BaseModel):
    """A re-run of the checks of a task's finding. Its state in the review queue: verification_states.py."""

    class Trigger(models.TextChoices):
        REQUESTED = "requested"
        DEPLOY = "deploy"
        # Run by a guard window (assurance/services/guard_windows.py); it is in no list and no count.
        GUARD = "guard"

    project = models.ForeignKey(Project, models.CASCADE, related_name="verifications", db_index=False)
    task = models.ForeignKey(Task, models.CASCADE, related_name="verifications", db_index=False)
    result = StatusField(max_length=7, choices=Result, default=Result.PENDING)
    # [{key, before, after, status}], filled in by workers; only people set `result`.
    checks = models.JSONField(default=list, encoder=DjangoJSONEncoder)
    # A check has no result yet, from a worker or, if the verification is `manual`, from a person.
    running = models.BooleanField(default=False)
    manual = models.BooleanField(
        default=False, help_text="The finding has no automatic check: a person's approval is the result."
    )
    refunded = models.BooleanField(default=False)
    trigger = models.CharField(
        max_length=9, choices=Trigger, default=Trigger.REQUESTED, db_default=Trigger.REQUESTED
    )
    # The task has a newer verification, which was started before this one was decided.
    superseded = models.BooleanField(default=False, db_default=False, editable=False)
    # Since it began, a check was seen to fail, or the finding got another one (services/contradictions.py).
    contradicted_by = models.CharField(
        max_length=12, choices=BlockedBy, blank=True, default="", db_default=""
    )
    state = StoredGeneratedField(
        expression=STATE,
        output_field=models.CharField(max_length=10, choices=VerificationState),
    )
    blocked_by = StoredGeneratedField(
        expression=BLOCKED_BY,
        output_field=models.CharField(max_length=12, choices=BlockedBy, blank=True),
    )
    override_reason = models.TextField(blank=True)
    # Without an index: no query needs one.
    verified_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", db_index=False)
    verified_at = models.DateTimeField(null=True)

    objects = VerificationQuerySet.as_manager()
    transitions = StatusTransitions(
        "result",
        {
            Result.PENDING: {Result.PASSED, Result.FAILED},
            Result.PASSED: {Result.FAILED},
            Result.FAILED: set(),
        },
    )

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["project", "-created_at", "-id"], name="verification_newest"),
            models.Index(fields=["project", "-updated_at", "-id"], name="verification_updated"),
            models.Index(fields=["task", "-created_at", "-id"], name="verification_of_task"),
            models.Index(fields=["project", "state", "-created_at", "-id"], name="verification_by_state"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(result__in=Result.values), name="verification_result_valid"),
            models.CheckConstraint(
                condition=Q(trigger__in=["requested", "deploy", "guard"]), name="verification_trigger_valid"
            ),
            models.CheckConstraint(
                condition=Q(result="pending", verified_at__isnull=True)
                | (~Q(result="pending") & Q(verified_at__isnull=False)),
                name="verified_at_when_decided",
            ),
            models.CheckConstraint(
                condition=Q(running=False) | Q(result="pending"), name="only_pending_verifications_run"
            ),
            models.UniqueConstraint(
                fields=["task"], condition=Q(running=True), name="unique_running_verification"
            ),
        ]
        triggers: ClassVar = counter_triggers(
            CounterDefinition(
                "verification", ("result", "state", "blocked_by"), where="trigger <> 'guard'", history=True
            )
        )

    def __str__(self) -> str:
        return self.task.title


class Approval(BaseModel):
    """A person's approval of a verification, where the policy requires several."""

    verification = models.ForeignKey(Verification, models.CASCADE, related_name="approvals", db_index=False)
    user = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", db_index=False)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["verification", "user"],
                condition=Q(withdrawn_at__isnull=True),
                name="unique_approval_of_user",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["verification", "created_at"], name="approval_of_verification")
        ]

    def __str__(self) -> str:
        return f"{self.user} ({self.created_at:%Y-%m-%d %H:%M})"


class VerificationPart(BaseModel, Leased):
    """The checks of a verification that one scanner runs. A worker leases the row while it runs them."""

    verification = models.ForeignKey(Verification, models.CASCADE, related_name="parts", db_index=False)
    scanner = models.CharField(max_length=7, choices=Scanner)
    # {key: {url: outcome}} of unfinished checks, from which the next worker continues. `attempts` counts the workers
    # since the last finished page.
    outcomes = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["lease_until"],
                condition=Q(finished_at__isnull=True),
                name="verificationpart_unfinished",
            )
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["verification", "scanner"], name="unique_verification_part_scanner"
            ),
            models.CheckConstraint(
                condition=Q(scanner__in=Scanner.values), name="verificationpart_scanner_valid"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scanner} of {self.verification_id}"


class EvidenceChain(models.Model):
    """The end of a project's evidence chain. A trigger advances it when a link is inserted."""

    project = models.OneToOneField(Project, models.CASCADE, related_name="+", primary_key=True)
    sequence = models.PositiveBigIntegerField()
    hash = models.CharField(max_length=64)
    recorded_at = models.DateTimeField(null=True)  # of the last link

    class Meta:
        triggers: ClassVar = [FOLLOW_LINKS]

    def __str__(self) -> str:
        return f"{self.project_id}: {self.sequence}"


class Evidence(models.Model):
    """A link of a project's evidence chain: the evidence of a check, or a person's verdict.

    docs/evidence.md describes `body`, `hash` and `signature`.
    """

    class Kind(models.TextChoices):
        CHECK = "check"
        VERDICT = "verdict"

    project = models.ForeignKey(Project, models.CASCADE, related_name="+", db_index=False)
    verification = models.ForeignKey(Verification, models.CASCADE, related_name="evidence", db_index=False)
    sequence = models.PositiveBigIntegerField()
    kind = models.CharField(max_length=7, choices=Kind, default=Kind.CHECK)
    key = models.CharField(max_length=100)
    body = models.TextField(help_text="Canonical JSON (RFC 8785).")
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)
    format = models.PositiveSmallIntegerField(default=1)
    key_id = models.CharField(max_length=32, blank=True)
    signature = models.CharField(max_length=88, blank=True)
    recorded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["project", "sequence"], name="unique_evidence_sequence"),
            models.UniqueConstraint(fields=["verification", "key"], name="unique_evidence_verification_key"),
            models.CheckConstraint(condition=Q(kind__in=["check", "verdict"]), name="evidence_kind_valid"),
        ]
        # The table is partitioned by month: an index is unique within a month only, the trigger over all of them.
        triggers: ClassVar = [CONTINUE_CHAIN, AppendOnly()]

    def __str__(self) -> str:
        return f"{self.sequence}: {self.key}"


class Policy(BaseModel):
    """The rules of a project."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="policies")
    name = models.CharField(max_length=200)
    config = VerbatimJSONField()
    active = models.BooleanField(default=True)
    version = models.PositiveIntegerField(default=1)
    # How long before a due date its first warning is logged, which finds the projects that have any.
    sla_warns_before = models.DurationField(null=True, editable=False)

    replaced_at = replaced_by_id = None  # as an earlier version has them

    class Meta:
        verbose_name_plural = "policies"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["project"], condition=Q(active=True), name="unique_active_policy")
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["id"],
                condition=Q(active=True, sla_warns_before__isnull=False),
                name="policy_with_warnings",
            )
        ]

    def __str__(self) -> str:
        return self.name


class PolicyVersion(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    policy = models.ForeignKey(Policy, models.CASCADE, related_name="versions")
    version = models.PositiveIntegerField()
    name = models.CharField(max_length=200)
    config = VerbatimJSONField()
    replaced_at = models.DateTimeField(auto_now_add=True)
    replaced_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    active = False

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["policy", "version"], name="unique_policy_version")
        ]

    def __str__(self) -> str:
        return f"{self.name} v{self.version}"

    @property
    def updated_at(self) -> datetime:
        return self.replaced_at


class CheckReliability(models.Model):
    """How reliable one check was in one project over 90 days."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="+", db_index=False)
    key = models.CharField(max_length=100)
    runs = models.PositiveIntegerField(default=0, help_text="Runs on a page that passed or failed.")
    compared = models.PositiveIntegerField(
        default=0, help_text="Runs on a page that had not changed since the previous run."
    )
    flips = models.PositiveIntegerField(default=0, help_text="Compared runs with the opposite result.")
    fixes = models.PositiveIntegerField(
        default=0, help_text="Approved verifications in which the check passed."
    )
    returned_within_7_days = models.PositiveIntegerField(default=0)
    returned_within_30_days = models.PositiveIntegerField(default=0)
    median_seconds = models.FloatField(
        null=True, help_text="From the finding, or its last regression, to the approved fix."
    )
    measured_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "check reliabilities"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["project", "key"], name="unique_check_reliability")
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def flip_rate(self) -> float | None:
        """The share of flips among the compared runs; None if there are none."""
        return round(self.flips / self.compared, 4) if self.compared else None

    @property
    def median_hours(self) -> float | None:
        return None if self.median_seconds is None else round(self.median_seconds / 3600, 1)
