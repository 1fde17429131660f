"""Deploys, pull requests and guard windows."""

import re
from datetime import timedelta
from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.models import Project
from findings.models import Finding
from krafter_audit.db.models import BaseModel
from krafter_audit.db.transitions import StatusField, StatusTransitions
from krafter_audit.http.urls import MAX_STORED_LENGTH
from remediation.models import Task, Verification
from scans.models import Scan

SHA = re.compile(r"\A[0-9a-f]{7,64}\Z")
CLOCK_TOLERANCE = timedelta(minutes=5)  # of the clock that has set the times of a deploy


class Deploy(BaseModel):
    """A version of a site that went live, as a pipeline or a provider reports it."""

    class Source(models.TextChoices):
        API = "api", "API"
        GITHUB = "github", "GitHub"
        GITLAB = "gitlab", "GitLab"

    project = models.ForeignKey(Project, models.CASCADE, related_name="deploys", db_index=False)
    sha = models.CharField(max_length=64, help_text="The commit.")
    environment = models.CharField(max_length=100)
    url = models.CharField(max_length=MAX_STORED_LENGTH, blank=True, help_text="Where it can be visited.")
    started_at = models.DateTimeField()
    # False: nothing has reported a start yet, and `started_at` is when the first report arrived, or its end.
    start_reported = models.BooleanField(default=True, editable=False)
    finished_at = models.DateTimeField(null=True)
    source = models.CharField(max_length=6, choices=Source, default=Source.API)
    external_id = models.CharField(max_length=400, blank=True, help_text="Its id at the provider.")
    scan = models.OneToOneField(
        Scan, models.SET_NULL, null=True, related_name="deploy", help_text="The scan after the deploy."
    )

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["project", "-created_at", "-id"], name="deploy_newest"),
            models.Index(fields=["project", "finished_at"], name="deploy_by_end"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["project", "environment", "sha", "started_at"], name="unique_deploy"
            ),
            models.UniqueConstraint(
                fields=["project", "external_id", "sha"],
                condition=~Q(external_id=""),
                name="unique_deploy_of_provider",
            ),
            models.CheckConstraint(
                condition=Q(source__in=["api", "github", "gitlab"]), name="deploy_source_valid"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sha[:12]} ({self.environment})"


class PullRequest(BaseModel):
    """The pull request of a task, followed until a deploy contains its commit."""

    class Status(models.TextChoices):
        OPEN = "open"
        MERGED = "merged"
        CLOSED = "closed"

    task = models.OneToOneField(Task, models.CASCADE, related_name="pull_request")
    url = models.CharField(max_length=MAX_STORED_LENGTH)
    status = models.CharField(max_length=6, choices=Status, default=Status.OPEN)
    merge_sha = models.CharField(max_length=64, blank=True, help_text="The commit in the target branch.")
    compared_deploy = models.ForeignKey(
        Deploy, models.SET_NULL, null=True, related_name="+", help_text="The last one without the commit."
    )
    deploy = models.ForeignKey(
        Deploy, models.SET_NULL, null=True, related_name="pull_requests", help_text="Contains the commit."
    )
    verification = models.OneToOneField(
        Verification,
        models.SET_NULL,
        null=True,
        related_name="pull_request",
        help_text="Queued by the deploy.",
    )
    next_check_at = models.DateTimeField(null=True)
    failures = models.PositiveSmallIntegerField(default=0)
    note = models.CharField(max_length=300, blank=True, help_text="Why the repository could not be queried.")

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["next_check_at"], condition=Q(deploy__isnull=True), name="pullrequest_due")
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(status__in=["open", "merged", "closed"]), name="pullrequest_status_valid"
            ),
        ]

    def __str__(self) -> str:
        return self.url


class GuardWindow(BaseModel):
    """The time after an approval in which a finding's checks are run again."""

    class Status(models.TextChoices):
        OPEN = "open"
        PASSED = "passed"
        FAILED = "failed"
        CANCELLED = "cancelled"

    project = models.ForeignKey(Project, models.CASCADE, related_name="guard_windows", db_index=False)
    finding = models.ForeignKey(Finding, models.CASCADE, related_name="guard_windows", db_index=False)
    verification = models.OneToOneField(
        Verification, models.CASCADE, related_name="guard_window", help_text="The one that was approved."
    )
    ends_at = models.DateTimeField()
    # Without the cancelled ones.
    runs_passed = models.PositiveSmallIntegerField(default=0)
    runs_total = models.PositiveSmallIntegerField(default=0)
    status = StatusField(max_length=9, choices=Status, default=Status.OPEN)

    transitions = StatusTransitions(
        "status",
        {
            Status.OPEN: {Status.PASSED, Status.FAILED, Status.CANCELLED},
            Status.PASSED: set(),
            Status.FAILED: set(),
            Status.CANCELLED: set(),
        },
    )

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["project", "-created_at", "-id"], name="guardwindow_newest"),
            models.Index(fields=["finding", "-created_at"], name="guardwindow_of_finding"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["finding"], condition=Q(status="open"), name="unique_open_guard_window"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["open", "passed", "failed", "cancelled"]),
                name="guardwindow_status_valid",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.finding} ({self.get_status_display()})"


class GuardRun(BaseModel):
    """A run of the checks of a guard window: at an offset of the policy, or after a deploy."""

    class Trigger(models.TextChoices):
        SCHEDULED = "scheduled"
        DEPLOY = "deploy"

    class Status(models.TextChoices):
        PENDING = "pending"
        RUNNING = "running"
        PASSED = "passed"
        FAILED = "failed"
        INCONCLUSIVE = "inconclusive"
        CANCELLED = "cancelled"

    window = models.ForeignKey(GuardWindow, models.CASCADE, related_name="runs", db_index=False)
    trigger = models.CharField(max_length=9, choices=Trigger, default=Trigger.SCHEDULED)
    deploy = models.ForeignKey(Deploy, models.CASCADE, null=True, related_name="guard_runs", db_index=False)
    due_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    status = StatusField(max_length=12, choices=Status, default=Status.PENDING)
    verification = models.OneToOneField(
        Verification, models.SET_NULL, null=True, related_name="guard_run", help_text="The latest attempt."
    )

    UNFINISHED = (Status.PENDING, Status.RUNNING)
    transitions = StatusTransitions(
        "status",
        {
            Status.PENDING: {Status.RUNNING, Status.CANCELLED},
            Status.RUNNING: {
                Status.PENDING,
                Status.PASSED,
                Status.FAILED,
                Status.INCONCLUSIVE,
                Status.CANCELLED,
            },
            Status.PASSED: set(),
            Status.FAILED: set(),
            Status.INCONCLUSIVE: set(),
            Status.CANCELLED: set(),
        },
    )

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["due_at"], condition=Q(status="pending"), name="guardrun_due"),
            models.Index(fields=["window", "due_at"], name="guardrun_of_window"),
            models.Index(fields=["started_at"], name="guardrun_by_start"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["window", "deploy"],
                condition=Q(deploy__isnull=False),
                name="unique_guard_run_of_deploy",
            ),
            models.CheckConstraint(
                condition=Q(
                    status__in=["pending", "running", "passed", "failed", "inconclusive", "cancelled"]
                ),
                name="guardrun_status_valid",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.trigger}, {self.status}"
