import secrets
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q

from accounts.models import Project, User
from events.totals.definitions import CounterDefinition, counter_triggers
from krafter_audit.db.leases import Leased
from krafter_audit.db.models import BaseModel
from krafter_audit.db.transitions import StatusField, StatusTransitions
from krafter_audit.http.urls import MAX_STORED_LENGTH

OUTCOMES = {
    "passed": "Passed",
    "failed": "Failed",
    "inconclusive": "Inconclusive",
    "not_applicable": "Not applicable",
}


class Scan(BaseModel, Leased):
    """A crawl of a site with all checks. A worker leases the row while it discovers the pages."""

    class Trigger(models.TextChoices):
        MANUAL = "manual"
        SCHEDULED = "scheduled"
        POST_DEPLOY = "post_deploy", "After a deploy"

    class Status(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        COMPLETED = "completed"
        FAILED = "failed"

    # No own index: `scan_newest` starts with this column.
    project = models.ForeignKey(Project, models.CASCADE, related_name="scans", db_index=False)
    url = models.CharField("URL", max_length=MAX_STORED_LENGTH)
    trigger = models.CharField(max_length=12, choices=Trigger)
    status = StatusField(max_length=10, choices=Status, default=Status.QUEUED)
    summary = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    # URLs that are scanned first. Each is the page chosen of its route.
    first_pages = models.JSONField(default=list, editable=False)
    started_at = models.DateTimeField(null=True)
    # If it is null and no worker leases the scan, the discovery of its pages is pending.
    discovered_at = models.DateTimeField(null=True, editable=False)
    finished_at = models.DateTimeField(null=True)
    # A scan outlives the account that requested it.
    requested_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    transitions = StatusTransitions(
        "status",
        {
            Status.QUEUED: {Status.RUNNING, Status.FAILED},
            Status.RUNNING: {Status.COMPLETED, Status.FAILED},
            Status.COMPLETED: set(),
            Status.FAILED: set(),
        },
    )

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["project", "-created_at", "-id"], name="scan_newest"),
            models.Index(fields=["project", "-updated_at", "-id"], name="scan_updated"),
            models.Index(
                fields=["created_at"],
                condition=Q(discovered_at__isnull=True, finished_at__isnull=True),
                name="scan_undiscovered",
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(status__in=["queued", "running", "completed", "failed"]), name="scan_status_valid"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["completed", "failed"], finished_at__isnull=False)
                | Q(status__in=["queued", "running"], finished_at__isnull=True),
                name="scan_finished_at_matches_status",
            ),
        ]
        triggers: ClassVar = counter_triggers(CounterDefinition("scan", ("status",)))

    def __str__(self) -> str:
        return f"{self.url} ({self.get_status_display()})"


class Scanner(models.TextChoices):
    """The scanner that runs a check: by HTTP and TLS requests, visits in a browser, or timed loads in a browser."""

    HTTP = "http", "HTTP"
    BROWSER = "browser"
    LAB = "lab", "Lab metrics"


BROWSER_SCANNERS = (Scanner.BROWSER, Scanner.LAB)


class ScanPart(BaseModel, Leased):
    """The pages of a scan that one scanner checks. Several workers check pages of a part at the same time.

    A worker leases the row only to finish a part that no worker has finished with its last page.
    """

    # No own index: the unique constraint starts with this column.
    scan = models.ForeignKey(Scan, models.CASCADE, related_name="parts", db_index=False)
    scanner = models.CharField(max_length=7, choices=Scanner)
    page_delay = models.FloatField(default=0)  # seconds: the site's Crawl-delay
    # HTTP workers check the pages of this browser or lab part.
    without_browser = models.BooleanField(default=False)
    # `{key: {"change", "pages"}}`: the failures that the scan has ingested so far.
    reported = models.JSONField(default=dict)
    ingested_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["created_at"], condition=Q(finished_at__isnull=True), name="scanpart_unfinished"
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["scan", "scanner"], name="unique_scan_part_scanner"),
            models.CheckConstraint(condition=Q(scanner__in=Scanner.values), name="scanpart_scanner_valid"),
        ]

    def __str__(self) -> str:
        return f"{self.scanner} of {self.scan_id}"


class ScanPage(BaseModel, Leased):
    """A page of a part. The first one has the requested URL; each other one represents its route."""

    # No own index: the unique constraint starts with this column.
    part = models.ForeignKey(ScanPart, models.CASCADE, related_name="pages", db_index=False)
    position = models.PositiveSmallIntegerField()
    url = models.CharField(max_length=MAX_STORED_LENGTH)
    route = models.CharField(max_length=MAX_STORED_LENGTH)
    note = models.CharField(max_length=300, blank=True)
    build = models.CharField(max_length=64, blank=True)
    # `{reason, detail, key}` of a login page or a notice that was shown; it may replace the page.
    substitute = models.JSONField(default=dict)
    # Whether to check the page. A lab page that is neither pending nor checked waits for another page of its build.
    pending = models.BooleanField(default=True)
    # Checks to be repeated; none means all.
    recheck_keys = ArrayField(models.CharField(max_length=100), default=list)
    # Domains whose checks raised an error.
    failed_domains = ArrayField(models.CharField(max_length=13), default=list)
    checked_at = models.DateTimeField(null=True)
    duration_ms = models.FloatField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["part", "position"], name="unique_scan_page_position"),
        ]

    def __str__(self) -> str:
        return self.url


# Not a BaseModel: a scan has thousands of rows, for which a UUID and `updated_at` cost space and time.
class ScanResult(models.Model):
    """The result of one check on one page. Inserted with the page, and changed only if the page was replaced."""

    scan = models.ForeignKey(Scan, models.CASCADE, related_name="results", db_index=False)
    page = models.ForeignKey(ScanPage, models.CASCADE, related_name="results", db_index=False)
    key = models.CharField(max_length=100)
    version = models.PositiveSmallIntegerField()
    outcome = models.CharField(max_length=14, choices=OUTCOMES)
    reason = models.CharField(max_length=20, blank=True)
    value = models.JSONField(null=True)
    samples = models.JSONField(default=list)
    unit = models.CharField(max_length=20, blank=True)
    threshold = models.FloatField(null=True)
    evidence = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    tools = models.JSONField(default=dict)
    profile = models.CharField(max_length=20, blank=True)
    duration_ms = models.FloatField()
    seen_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["scan", "-id"], name="scanresult_newest"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["page", "key"], name="unique_scan_result_page_key"),
            models.CheckConstraint(condition=Q(outcome__in=tuple(OUTCOMES)), name="scanresult_outcome_valid"),
        ]

    def __str__(self) -> str:
        return f"{self.key}: {self.outcome.replace('_', ' ')}"


class Screenshot(models.Model):
    """A stored screenshot (scans/screenshots.py), and when a check took it, or a row named it, for the last time."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="screenshots", db_index=False)
    sha256 = models.CharField(max_length=64)
    # When a result, a finding or evidence last named it, or when a check whose result is not stored yet took it.
    last_named_at = models.DateTimeField()
    last_in_evidence_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["last_named_at"], name="screenshot_oldest")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["project", "sha256"], name="unique_screenshot"),
        ]

    def __str__(self) -> str:
        return self.sha256


class ScanSchedule(BaseModel):
    """When a project's site is scanned, by its policy."""

    class Frequency(models.TextChoices):
        DAILY = "daily"
        WEEKLY = "weekly"

    project = models.OneToOneField(Project, models.CASCADE, related_name="scan_schedule")
    frequency = models.CharField(max_length=6, choices=Frequency)
    # In UTC.
    hour = models.PositiveSmallIntegerField()
    minute = models.PositiveSmallIntegerField()
    weekday = models.PositiveSmallIntegerField(null=True)  # 0 is Monday; null: every day
    paused = models.BooleanField(default=False)
    next_at = models.DateTimeField()
    last_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["next_at"], name="scanschedule_due")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(frequency="daily", weekday__isnull=True) | Q(frequency="weekly", weekday__lte=6),
                name="scanschedule_frequency_valid",
            ),
            models.CheckConstraint(
                condition=Q(hour__lte=23, minute__lte=59), name="scanschedule_time_of_day"
            ),
        ]

    def __str__(self) -> str:
        # The hour may be empty in a form that was submitted with an error.
        return f"{self.get_frequency_display()}, {self.hour or 0:02d}:{self.minute:02d} UTC"


def new_token() -> str:
    """Return a new verification token, which is published and no secret."""
    return secrets.token_urlsafe(24)


class Site(BaseModel, Leased):
    """A host of a project, and whether its ownership is verified."""

    class Method(models.TextChoices):
        DNS_TXT = "dns_txt", "DNS TXT record"
        FILE = "file"
        META_TAG = "meta_tag", "meta tag"

    # No own index: `site_newest` starts with this column.
    project = models.ForeignKey(Project, models.CASCADE, related_name="sites", db_index=False)
    host = models.CharField(max_length=253)
    # For this host only: a token that is published on one host proves no ownership of another.
    token = models.CharField(max_length=32, default=new_token, editable=False)
    check_requested = models.BooleanField(default=False)  # a check is pending
    method = models.CharField(max_length=8, choices=Method, blank=True)
    verified_at = models.DateTimeField(null=True)
    checked_at = models.DateTimeField(null=True)
    # `[{method, location, message}]` of the last check.
    last_attempts = models.JSONField(default=list, encoder=DjangoJSONEncoder)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["project", "-created_at", "-id"], name="site_newest"),
            models.Index(fields=["project", "-updated_at", "-id"], name="site_updated"),
            models.Index(
                fields=["lease_until"], condition=Q(check_requested=True), name="site_check_requested"
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["project", "host"], name="unique_site_host"),
            models.CheckConstraint(
                condition=Q(verified_at__isnull=True, method="")
                | Q(verified_at__isnull=False, method__in=["dns_txt", "file", "meta_tag"]),
                name="site_verified_by_method",
            ),
        ]

    def __str__(self) -> str:
        return self.host


class SiteCredentials(BaseModel):
    """Encrypted credentials for scanning a site behind a login, for one https origin."""

    project = models.OneToOneField(Project, models.CASCADE, related_name="site_credentials")
    origin = models.CharField(max_length=300)
    # The parts of `credentials`: headers, cookies, basic.
    kinds = ArrayField(models.CharField(max_length=10), default=list)
    credentials = models.BinaryField()
    # A selector, a text, or both, that only pages for logged-in users have.
    selector = models.CharField(max_length=500, blank=True)
    text = models.CharField(max_length=500, blank=True)

    class Meta:
        verbose_name_plural = "site credentials"
        constraints: ClassVar = [
            models.CheckConstraint(
                # Over plain HTTP anyone on the network path could read the credentials.
                condition=Q(origin__startswith="https://"),
                name="site_credentials_over_tls",
            ),
        ]

    def __str__(self) -> str:
        return self.origin
