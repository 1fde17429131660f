"""What is asked about the sites of a project, and what answers show."""

from typing import Any, ClassVar

from rest_framework import serializers

from findings.serializers import ProjectResponseSerializer
from krafter_audit.api.serializers import RequestSerializer, StrictCharField, UTCDateTimeField
from scans.models import Site
from scans.sites import ownership


def status_of(site: Site) -> str:
    """Return where the proof of a site stands: unproved, checking or proved."""
    if site.check_requested:
        return "checking"
    return "proved" if site.verified_at else "unproved"


class CreateSiteRequestSerializer(RequestSerializer):
    """A host, or an address whose host is meant."""

    host = StrictCharField(max_length=2000)


class OwnershipRecordSerializer(serializers.Serializer[Any]):
    """A TXT record, at the host or at a domain above it."""

    name = serializers.CharField()
    value = serializers.CharField()


class OwnershipFileSerializer(serializers.Serializer[Any]):
    """A file with this line in it."""

    url = serializers.CharField()
    content = serializers.CharField()


class OwnershipTagSerializer(serializers.Serializer[Any]):
    """A meta element in the head of the start page."""

    url = serializers.CharField()
    html = serializers.CharField()


class OwnershipMethodsSerializer(serializers.Serializer[Any]):
    """The three ways to prove a site; one is enough."""

    dns_txt = OwnershipRecordSerializer()
    file = OwnershipFileSerializer()
    meta_tag = OwnershipTagSerializer()


class OwnershipAttemptSerializer(serializers.Serializer[Any]):
    """One place that the last look looked at."""

    method = serializers.ChoiceField(choices=Site.Method.values)
    place = serializers.CharField()
    said = serializers.CharField()


class SiteSerializer(ProjectResponseSerializer):
    """A host that the project says is its own."""

    status = serializers.SerializerMethodField(help_text="unproved, checking or proved")
    method = serializers.SerializerMethodField(help_text="What proved it, or null.")
    how_to_prove = serializers.SerializerMethodField()
    proved_at = UTCDateTimeField(source="verified_at", allow_null=True)
    tried = OwnershipAttemptSerializer(source="last_attempts", many=True)

    class Meta:
        model = Site
        fields: ClassVar = [
            "id", "org_id", "project_id", "host", "status", "token", "method", "proved_at", "checked_at",
            "how_to_prove", "tried", "created_at", "updated_at",
        ]  # fmt: skip

    def get_status(self, site: Site) -> str:
        """Where the proof stands."""
        return status_of(site)

    def get_method(self, site: Site) -> str | None:
        """What proved it."""
        return site.method or None

    def get_how_to_prove(self, site: Site) -> OwnershipMethodsSerializer:
        """What to put where."""
        return ownership.how_to_prove(site)  # type: ignore[return-value]  # the annotation is the schema's
