"""Scans with their parts, pages and results; scan schedules; sites and their credentials."""

import secrets
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q

from accounts.models import Project, User
from events.counter_definitions import CounterDefinition, counter_triggers
from krafter_audit.db.leases import Leased
from krafter_audit.db.models import Record
from krafter_audit.db.transitions import StatusField, StatusTransitions

MAX_URL_LENGTH = 2000
OUTCOMES = ("passed", "failed", "inconclusive", "not_applicable")


class Scan(Record, Leased):
    """A crawl of a site with all checks. A worker leases the row while it discovers the pages."""

    class Trigger(models.TextChoices):
        MANUAL = "manual"
        SCHEDULED = "scheduled"
        POST_DEPLOY = "post_deploy"

    class Status(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        COMPLETED = "completed"
        FAILED = "failed"

    project = models.ForeignKey(Project, models.CASCADE, related_name="scans", db_index=False)
    url = models.CharField(max_length=MAX_URL_LENGTH)
    trigger = models.CharField(max_length=12, choices=Trigger)
    status = StatusField(max_length=10, choices=Status, default=Status.QUEUED)
    summary = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    started_at = models.DateTimeField(null=True)
    discovered_at = models.DateTimeField(null=True, editable=False)
    finished_at = models.DateTimeField(null=True)
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
        return f"{self.url} ({self.status})"


class Scanner(models.TextChoices):
    """What runs a check: requests and TLS handshakes, visits in a browser, or timed loads in a throttled browser."""

    HTTP = "http", "HTTP"
    BROWSER = "browser"
    LAB = "lab"


class ScanPart(Record):
    """The pages of a scan that one scanner checks. Several workers check pages of a part at the same time.

    `page_delay` is the site's Crawl-delay in seconds. `without_browser`: HTTP workers check the pages of a browser or
    lab part. `reported` is `{key: {"change", "pages"}}`: what the scan has ingested so far, last at `ingested_at`.
    """

    scan = models.ForeignKey(Scan, models.CASCADE, related_name="parts", db_index=False)
    scanner = models.CharField(max_length=7, choices=Scanner)
    page_delay = models.FloatField(default=0)
    without_browser = models.BooleanField(default=False)
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


class ScanPage(Record, Leased):
    """A page of a part. The first one has the requested URL; each other one represents its route.

    A worker leases the row while it checks the page. `pending`: it is to be checked, or `recheck_keys` are to be
    repeated. A lab page that is neither pending nor checked waits for another page of the same `build`. `note` is a
    remark for readers; `failed_domains` names the domains whose checks raised an error.
    """

    part = models.ForeignKey(ScanPart, models.CASCADE, related_name="pages", db_index=False)
    position = models.PositiveSmallIntegerField()
    url = models.CharField(max_length=MAX_URL_LENGTH)
    route = models.CharField(max_length=MAX_URL_LENGTH)
    note = models.CharField(max_length=300, blank=True)
    build = models.CharField(max_length=64, blank=True)
    pending = models.BooleanField(default=True)
    recheck_keys = ArrayField(models.CharField(max_length=100), default=list)
    failed_domains = ArrayField(models.CharField(max_length=13), default=list)
    checked_at = models.DateTimeField(null=True)
    duration_ms = models.FloatField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["part", "position"], name="unique_scan_page_position"),
        ]

    def __str__(self) -> str:
        return self.url


class ScanResult(models.Model):
    """The result of one check on one page. Inserted with the page and never changed."""

    scan = models.ForeignKey(Scan, models.CASCADE, related_name="results", db_index=False)
    page = models.ForeignKey(ScanPage, models.CASCADE, related_name="results", db_index=False)
    key = models.CharField(max_length=100)
    version = models.PositiveSmallIntegerField()
    outcome = models.CharField(max_length=14)
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
            models.CheckConstraint(condition=Q(outcome__in=OUTCOMES), name="scanresult_outcome_valid"),
        ]

    def __str__(self) -> str:
        return f"{self.key}: {self.outcome}"


class ScanSchedule(Record):
    """When a project's site is scanned, as its policy configures it. `weekday` (0 = Monday) and time are UTC.

    `next_at` is when the next scan is queued; `note` says why the last one was not.
    """

    class Rhythm(models.TextChoices):
        DAILY = "daily"
        WEEKLY = "weekly"

    project = models.OneToOneField(Project, models.CASCADE, related_name="scan_schedule")
    rhythm = models.CharField(max_length=6, choices=Rhythm)
    hour = models.PositiveSmallIntegerField()
    minute = models.PositiveSmallIntegerField()
    weekday = models.PositiveSmallIntegerField(null=True)
    next_at = models.DateTimeField()
    last_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["next_at"], name="scanschedule_due")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(rhythm="daily", weekday__isnull=True) | Q(rhythm="weekly", weekday__lte=6),
                name="scanschedule_rhythm_valid",
            ),
            models.CheckConstraint(
                condition=Q(hour__lte=23, minute__lte=59), name="scanschedule_time_of_day"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rhythm}, next at {self.next_at:%Y-%m-%d %H:%M} UTC"


def new_token() -> str:
    """Return a new verification token: 32 URL-safe characters. It is published, and not a secret."""
    return secrets.token_urlsafe(24)


class Site(Record, Leased):
    """A host of a project. `verified_at` is when its ownership was last verified; null: it is not.

    `check_requested`: a check is pending. `last_attempts` = `[{method, place, said}]` of the last check.
    """

    class Method(models.TextChoices):
        DNS_TXT = "dns_txt", "DNS TXT record"
        FILE = "file"
        META_TAG = "meta_tag", "meta tag"

    project = models.ForeignKey(Project, models.CASCADE, related_name="sites", db_index=False)
    host = models.CharField(max_length=253)
    token = models.CharField(max_length=32, default=new_token, editable=False)
    check_requested = models.BooleanField(default=False)
    method = models.CharField(max_length=8, choices=Method, blank=True)
    verified_at = models.DateTimeField(null=True)
    checked_at = models.DateTimeField(null=True)
    last_attempts = models.JSONField(default=list, encoder=DjangoJSONEncoder)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["project", "-created_at", "-id"], name="site_newest"),
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


class SiteCredentials(Record):
    """Encrypted credentials for scanning a site behind a login, for one https origin.

    `kinds` names what is in `credentials` (headers, cookies, basic). `selector` or `text` is only on pages for users
    who are logged in.
    """

    project = models.OneToOneField(Project, models.CASCADE, related_name="site_credentials")
    origin = models.CharField(max_length=300)
    kinds = ArrayField(models.CharField(max_length=10), default=list)
    credentials = models.BinaryField()
    selector = models.CharField(max_length=500, blank=True)
    text = models.CharField(max_length=500, blank=True)

    class Meta:
        verbose_name_plural = "site credentials"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(origin__startswith="https://"), name="site_credentials_over_tls"
            ),
        ]

    def __str__(self) -> str:
        return self.origin
