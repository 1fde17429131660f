import re
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.formats import date_format

from accounts.models import Project, User
from events.totals.definitions import CounterDefinition, counter_triggers
from krafter_audit.db.models import BaseModel
from krafter_audit.db.transitions import StatusField, StatusTransitions


class Domain(models.TextChoices):
    SECURITY = "security"
    PERFORMANCE = "performance"
    ACCESSIBILITY = "accessibility"
    SEO = "seo", "SEO"


class Severity(models.TextChoices):
    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class FindingStatus(models.TextChoices):
    NEW = "new"
    TRIAGED = "triaged"
    IN_PROGRESS = "in_progress", "In progress"
    READY_VERIFY = "ready_verify", "Ready to verify"
    RESOLVED = "resolved"
    DISMISSED = "dismissed"


CHECK_KEY = re.compile(r"\A[a-z0-9_]{1,100}\Z")
MAX_CHECKS = 100  # per finding
OPEN_STATUSES = (  # in the order of the work
    FindingStatus.NEW,
    FindingStatus.TRIAGED,
    FindingStatus.IN_PROGRESS,
    FindingStatus.READY_VERIFY,
)
IS_OPEN = f"status IN ({', '.join(repr(str(status)) for status in OPEN_STATUSES)})"  # as SQL
# Names how an UPDATE changes the open risk, as SQL; the columns of the row are those of `before` and `after`.
CHANGE_OF_RISK = f"""
    CASE WHEN before.{IS_OPEN} AND after.{IS_OPEN} THEN 'rescored' WHEN after.{IS_OPEN} THEN 'reopened'
    WHEN after.status = 'resolved' THEN 'resolved' ELSE 'dismissed' END
"""
# Columns that migrations/0002_postgresql.py adds. What `?q=` searches: title, URLs and check keys.
SEARCH_COLUMN = "words"
# `project id, space, key` of each check.
PROJECT_CHECKS_COLUMN = "project_checks"
PAGE_ASSET_TYPES = ("url", "page", "uri")  # of affected assets whose value is the URL of a page
# Not selected by lists of many rows, as PostgreSQL stores large values apart from the row.
LARGE_FIELDS = ("evidence", "description", "recommended_fix", "affected_assets")
TERMINAL_STATUSES = (FindingStatus.RESOLVED, FindingStatus.DISMISSED)
MAX_DISMISSAL_COMMENT_LENGTH = 2000


class DismissalReason(models.TextChoices):
    """Why a finding is dismissed: the words of GitHub code scanning and DefectDojo."""

    FALSE_POSITIVE = "false_positive", "False positive"
    ACCEPTED_RISK = "accepted_risk", "Accepted risk"
    WONT_FIX = "wont_fix", "Won't fix"
    USED_IN_TESTS = "used_in_tests", "Used in tests"
    OUT_OF_SCOPE = "out_of_scope", "Out of scope"
    # The finding was dismissed by a change of its status.
    NOT_GIVEN = "not_given", "No reason given"


# The reasons that a person or a client can choose.
GIVEN_REASONS = [choice for choice in DismissalReason.choices if choice[0] != DismissalReason.NOT_GIVEN]


class DismissalEnd(models.TextChoices):
    REOPENED = "reopened"
    EXPIRED = "expired"
    REPLACED = "replaced"


def default_confidence() -> int:
    return 1


class Finding(BaseModel):
    """Something wrong on a site. Unique by domain and title, and by domain and identity, within a project."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="findings", db_index=False)
    domain = models.CharField(max_length=13, choices=Domain)
    title = models.CharField(max_length=300)
    description = models.TextField(blank=True)
    severity = models.CharField(max_length=8, choices=Severity)
    status = StatusField(max_length=12, choices=FindingStatus, default=FindingStatus.NEW)
    confidence = models.JSONField(default=default_confidence)  # a number or a word
    impact = models.PositiveSmallIntegerField(validators=[MaxValueValidator(100)])
    effort = models.PositiveSmallIntegerField(validators=[MaxValueValidator(100)])
    risk = models.PositiveSmallIntegerField(validators=[MaxValueValidator(100)])
    score = models.PositiveSmallIntegerField(validators=[MaxValueValidator(100)])
    owner = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False)
    affected_assets = models.JSONField(default=list, encoder=DjangoJSONEncoder)
    evidence = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    recommended_fix = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    check_keys = ArrayField(models.CharField(max_length=100), default=list)
    # Its key at its source, which no new title changes: `check:KEY`, `id:EXTERNAL_ID` or `provider:SERVER ID`.
    # Null: by the title of the first report.
    identity = models.CharField(max_length=320, null=True, editable=False)
    # The title of the first report, if a person has renamed it.
    first_title = models.CharField(max_length=300, null=True, editable=False)
    last_seen_at = models.DateTimeField(null=True)
    # The scan that reported it last; reports of clients do not change it.
    last_scan_id = models.UUIDField(null=True, editable=False)
    # When a source other than our scans last observed it: the time that the source names, or that of the report.
    reported_at = models.DateTimeField(null=True, editable=False)
    # The start of the verification that resolved it last: a report from before that time is no regression.
    fixed_at = models.DateTimeField(null=True, editable=False)

    Status = FindingStatus
    transitions = StatusTransitions(
        "status",
        {
            FindingStatus.NEW: set(FindingStatus),
            FindingStatus.TRIAGED: set(FindingStatus),
            FindingStatus.IN_PROGRESS: set(FindingStatus),
            FindingStatus.READY_VERIFY: set(FindingStatus),
            # Only a reopened verification or a scan takes a finding back, and each opens a regression.
            FindingStatus.RESOLVED: {FindingStatus.IN_PROGRESS},
            FindingStatus.DISMISSED: set(OPEN_STATUSES),
        },
    )

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["project", "-score", "-created_at", "-id"], name="finding_order"),
            # Serves every filter: queries.py reads each combination of values separately.
            models.Index(
                fields=["project", "status", "severity", "domain", "-score", "-created_at", "-id"],
                name="finding_by_facets",
            ),
            models.Index(
                fields=["project", "owner", "-score", "-created_at", "-id"], name="finding_by_owner"
            ),
            models.Index(fields=["project", "-created_at", "-id"], name="finding_newest"),
            models.Index(fields=["project", "-updated_at", "-id"], name="finding_updated"),
            # For the admin: over all projects, and what a person has to do.
            models.Index(fields=["-score", "-id"], name="finding_by_score"),
            models.Index(
                fields=["owner", "status"], condition=Q(owner__isnull=False), name="finding_of_owner"
            ),
            models.Index(
                fields=["project", "domain", "first_title"],
                condition=Q(first_title__isnull=False),
                name="finding_by_first_title",
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["project", "domain", "title"], name="unique_finding_title"),
            models.UniqueConstraint(
                fields=["project", "domain", "identity"],
                condition=Q(identity__isnull=False),
                name="unique_finding_identity",
            ),
            # Written by bulk INSERTs and SQL too, which run no validators.
            models.CheckConstraint(condition=Q(domain__in=Domain.values), name="finding_domain_valid"),
            models.CheckConstraint(condition=Q(severity__in=Severity.values), name="finding_severity_valid"),
            models.CheckConstraint(condition=Q(status__in=FindingStatus.values), name="finding_status_valid"),
            models.CheckConstraint(condition=Q(score__lte=100), name="finding_score_in_range"),
        ]
        triggers: ClassVar = counter_triggers(
            CounterDefinition("finding", ("domain", "severity", "status"), score="score", history=True),
            CounterDefinition("risk", ("severity",), score="score", where=IS_OPEN, change=CHANGE_OF_RISK),
        )

    def __str__(self) -> str:
        return self.title


class Regression(BaseModel):
    """A finding that came back: its verification was reopened, a scan detected it again, or its guard window failed."""

    class Trigger(models.TextChoices):
        VERIFICATION_REOPENED = "verification_reopened", "Verification reopened"
        SCAN_DETECTED = "scan_detected", "Detected by a scan"
        GUARD_FAILED = "guard_failed", "Guard check failed"

    class Status(models.TextChoices):
        OPEN = "open"
        CLOSED = "closed"

    project = models.ForeignKey(Project, models.CASCADE, related_name="regressions", db_index=False)
    finding = models.ForeignKey(Finding, models.CASCADE, related_name="regressions", db_index=False)
    verification_id = models.UUIDField(null=True, help_text="The verification that was reopened, if one was.")
    trigger = models.CharField(max_length=21, choices=Trigger)
    deploy_ids = ArrayField(
        models.UUIDField(), default=list, help_text="The deploys since the last check that passed."
    )
    status = StatusField(max_length=6, choices=Status, default=Status.OPEN)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    transitions = StatusTransitions("status", {Status.OPEN: {Status.CLOSED}, Status.CLOSED: set()})

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["project", "-created_at", "-id"], name="regression_newest"),
            models.Index(fields=["project", "-updated_at", "-id"], name="regression_updated"),
            models.Index(fields=["finding", "-created_at", "-id"], name="regression_of_finding"),
            models.Index(
                fields=["project", "opened_at"], condition=Q(status="open"), name="regression_open_since"
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(status="open", closed_at__isnull=True)
                | Q(status="closed", closed_at__isnull=False),
                name="regression_closed_at_when_closed",
            ),
            models.CheckConstraint(
                condition=Q(trigger="scan_detected") | Q(verification_id__isnull=False),
                name="regression_verification_id_set",
            ),
            models.UniqueConstraint(
                fields=["verification_id"],
                condition=Q(verification_id__isnull=False),
                name="unique_regression_verification",
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | Q(closed_at__gte=F("opened_at")),
                name="regression_closed_after_opened",
            ),
        ]
        triggers: ClassVar = counter_triggers(CounterDefinition("regression", ("status",), history=True))

    def __str__(self) -> str:
        return f"{self.get_trigger_display()} ({self.get_status_display()})"


class Dismissal(BaseModel):
    """The decision to dismiss a finding. It ends when the finding is open or dismissed again."""

    finding = models.ForeignKey(Finding, models.CASCADE, related_name="dismissals", db_index=False)
    reason = models.CharField(max_length=14, choices=DismissalReason, default=DismissalReason.NOT_GIVEN)
    comment = models.TextField(max_length=MAX_DISMISSAL_COMMENT_LENGTH, blank=True)
    accepted_until = models.DateField(
        null=True, help_text="The last day, in UTC; null: until a person reopens it."
    )
    dismissed_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", db_index=False)
    # The status of the finding when it was dismissed, which it has again when the dismissal expires.
    status_before = models.CharField(max_length=12, choices=FindingStatus, editable=False)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", db_index=False)
    end_reason = models.CharField(max_length=8, choices=DismissalEnd, null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["finding", "-created_at", "-id"], name="dismissal_newest"),
            models.Index(
                fields=["accepted_until"],
                condition=Q(ended_at__isnull=True, accepted_until__isnull=False),
                name="dismissal_accepted_until",
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["finding"], condition=Q(ended_at__isnull=True), name="unique_open_dismissal"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, end_reason__isnull=True)
                | Q(ended_at__isnull=False, end_reason__in=DismissalEnd.values),
                name="dismissal_ended_at_when_ended",
            ),
            models.CheckConstraint(
                condition=Q(reason__in=DismissalReason.values), name="dismissal_reason_valid"
            ),
            models.CheckConstraint(
                condition=Q(status_before__in=OPEN_STATUSES), name="dismissal_status_before_open"
            ),
        ]

    def __str__(self) -> str:
        until = f" until {date_format(self.accepted_until)}" if self.accepted_until else ""
        return f"{self.get_reason_display()}{until}"
