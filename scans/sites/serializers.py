from typing import Any, ClassVar

from rest_framework import serializers

from accounts.serializers import ProjectResponseSerializer
from krafter_audit.api.serializers import RequestSerializer, StrictCharField
from krafter_audit.http.urls import MAX_STORED_LENGTH
from scans.models import Site
from scans.sites.ownership_instructions import ownership_instructions


def ownership_status(site: Site) -> str:
    """Return the status of the site's verification: unverified, checking or verified."""
    if site.check_requested:
        return "checking"
    return "verified" if site.verified_at else "unverified"


class CreateSiteRequestSerializer(RequestSerializer):
    """A host, or a URL with the host."""

    host = StrictCharField(max_length=MAX_STORED_LENGTH)


class OwnershipRecordSerializer(serializers.Serializer[Any]):
    """A TXT record of the host or of a parent domain."""

    name = serializers.CharField()
    value = serializers.CharField()


class OwnershipFileSerializer(serializers.Serializer[Any]):
    """A text file with this line."""

    url = serializers.CharField()
    content = serializers.CharField()


class OwnershipTagSerializer(serializers.Serializer[Any]):
    """A meta element in the head of the start page."""

    url = serializers.CharField()
    html = serializers.CharField()


class OwnershipMethodsSerializer(serializers.Serializer[Any]):
    """The three methods to verify a site; one is sufficient."""

    dns_txt = OwnershipRecordSerializer()
    file = OwnershipFileSerializer()
    meta_tag = OwnershipTagSerializer()


class OwnershipAttemptSerializer(serializers.Serializer[Any]):
    """A location that the last check read, and what it found."""

    method = serializers.ChoiceField(choices=Site.Method.values)
    location = serializers.CharField()
    message = serializers.CharField()


class SiteSerializer(ProjectResponseSerializer):
    """A host of the project."""

    status = serializers.SerializerMethodField(help_text="unverified, checking or verified")
    method = serializers.SerializerMethodField(help_text="The method that verified it, or null.")
    instructions = serializers.SerializerMethodField()
    last_attempts = OwnershipAttemptSerializer(many=True)

    class Meta:
        model = Site
        fields: ClassVar = [
            "id", "org_id", "project_id", "host", "status", "token", "method", "verified_at", "checked_at",
            "instructions", "last_attempts", "created_at", "updated_at",
        ]  # fmt: skip

    def get_status(self, site: Site) -> str:
        """Return the status of the verification."""
        return ownership_status(site)

    def get_method(self, site: Site) -> str | None:
        """Return the method that verified the site."""
        return site.method or None

    def get_instructions(self, site: Site) -> OwnershipMethodsSerializer:
        """Return what to publish where."""
        return ownership_instructions(site)  # type: ignore[return-value]  # the annotation is the schema's
