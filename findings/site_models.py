"""The hosts that a project says are its own, how that was proved, and what lets into one behind a login."""

import secrets
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q

from accounts.models import Project
from krafter_audit.db.leases import Claimable
from krafter_audit.db.models import Record


def new_token() -> str:
    """Return a new token of a site: 32 URL-safe characters. It is published, so it is no secret."""
    return secrets.token_urlsafe(24)


class Site(Record, Claimable):
    """A host of a project. `proved_at` is the last look that saw the proof; null = nothing proves it.

    `waiting` says that a look at the proof was asked for; `tried` = `[{method, place, said}]` of the last look.
    """

    class Method(models.TextChoices):
        DNS_TXT = "dns_txt", "DNS TXT record"
        FILE = "file"
        META_TAG = "meta_tag", "meta tag"

    project = models.ForeignKey(Project, models.CASCADE, related_name="sites", db_index=False)
    host = models.CharField(max_length=253)
    token = models.CharField(max_length=32, default=new_token, editable=False)
    waiting = models.BooleanField(default=False)
    method = models.CharField(max_length=8, choices=Method, blank=True)
    proved_at = models.DateTimeField(null=True)
    checked_at = models.DateTimeField(null=True)
    tried = models.JSONField(default=list, encoder=DjangoJSONEncoder)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["project", "-created_at", "-id"], name="site_newest"),
            models.Index(fields=["lease_until"], condition=Q(waiting=True), name="site_waiting"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["project", "host"], name="one_site_a_host"),
            models.CheckConstraint(
                condition=Q(proved_at__isnull=True, method="")
                | Q(proved_at__isnull=False, method__in=["dns_txt", "file", "meta_tag"]),
                name="site_proved_by_a_method",
            ),
        ]

    def __str__(self) -> str:
        return self.host


class SiteAccess(Record):
    """What lets a project's looks into a site behind a login: sealed, for one https origin.

    `kinds` names what is in `credentials` (headers, cookies, basic). A page that let us in has an element that
    `selector` finds, or `text` in it.
    """

    project = models.OneToOneField(Project, models.CASCADE, related_name="site_access")
    origin = models.CharField(max_length=300)
    kinds = ArrayField(models.CharField(max_length=10), default=list)
    credentials = models.BinaryField()
    selector = models.CharField(max_length=500, blank=True)
    text = models.CharField(max_length=500, blank=True)

    class Meta:
        verbose_name_plural = "site accesses"
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(origin__startswith="https://"), name="site_access_over_tls"),
        ]

    def __str__(self) -> str:
        return self.origin
