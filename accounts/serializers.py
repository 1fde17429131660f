"""Serializers of accounts, and fields of other apps' serializers that depend on the organisation or project."""

from datetime import datetime
from typing import Any, ClassVar, cast

from django.core.validators import URLValidator
from django.utils import timezone
from rest_framework import serializers

from accounts import saved_views
from accounts.api_keys import EXPIRES_IN_PAST
from accounts.models import ApiKey, Membership, Organization, Project, SavedView, Scope, slug_validator
from krafter_audit.api.serializers import (
    BoundedListField,
    ChangesRequestSerializer,
    RequestSerializer,
    ResponseSerializer,
    StrictBooleanField,
    StrictCharField,
    StrictChoiceField,
    StrictEmailField,
    StrictIntegerField,
    StrictUUIDField,
    UTCDateTimeField,
)
from krafter_audit.http.client import HttpError, InvalidUrl, RefusedAddress, validate_url
from krafter_audit.http.urls import MAX_STORED_LENGTH, USE_WEB_URL
from krafter_audit.web.public_urls import public_url


class UsageSerializer(serializers.Serializer[Any]):
    """The quota of a month."""

    month = serializers.CharField()
    ai_quota = serializers.IntegerField(allow_null=True)
    spent = serializers.IntegerField()
    remaining = serializers.IntegerField(allow_null=True)
    resets_at = UTCDateTimeField()


class MemberIdField(StrictUUIDField):
    default_error_messages = {"not_a_member": "This user is not a member of the organisation."}

    def to_internal_value(self, data: Any) -> Any:
        user_id = super().to_internal_value(data)
        # Cached for bulk requests, which name the same owners again and again.
        members = cast("dict[str, Any]", self.context).setdefault("members", {})
        if user_id not in members:
            rows = Membership.objects.filter(organization=self.context["organization"], user_id=user_id)
            members[user_id] = rows.exists()
        if not members[user_id]:
            self.fail("not_a_member")
        return user_id


class ProjectResponseSerializer(ResponseSerializer):
    """A response with the ids of its organisation and its project."""

    org_id = serializers.SerializerMethodField()
    project_id = serializers.SerializerMethodField()

    def get_org_id(self, row: Any) -> str:
        """Return the organisation's id."""
        # This docstring and the next are the descriptions of the fields in the OpenAPI description.
        return str(self.context["organization"].pk)

    def get_project_id(self, row: Any) -> str:
        """Return the project's slug."""
        return str(self.context["project"].slug)


class OrganizationSerializer(ResponseSerializer):
    """An organisation."""

    class Meta:
        model = Organization
        fields: ClassVar = ["id", "name", "ai_quota", "created_at", "updated_at"]


class ProjectSerializer(ResponseSerializer):
    """A project. `id` is its slug, as in URLs."""

    id = serializers.CharField(source="slug")

    class Meta:
        model = Project
        fields: ClassVar = ["id", "name", "site_url", "archived_at", "created_at", "updated_at"]


class SiteURLField(StrictCharField):
    default_validators = [URLValidator(schemes=["http", "https"], message=USE_WEB_URL)]

    def run_validators(self, value: Any) -> None:
        super().run_validators(value)
        try:
            # No scan may request a host that is not public.
            validate_url(value)
        except (InvalidUrl, RefusedAddress) as error:
            raise serializers.ValidationError(str(error)) from None
        except HttpError:  # the host cannot be resolved at present
            return


class CreateProjectRequestSerializer(RequestSerializer):
    """A website to audit."""

    id = StrictCharField(
        max_length=63, validators=[slug_validator], source="slug", help_text="The slug in URLs."
    )
    name = StrictCharField(max_length=200, required=False)
    site_url = SiteURLField(max_length=MAX_STORED_LENGTH)


class UpdateProjectRequestSerializer(ChangesRequestSerializer):
    """The fields of a project to change; at least one."""

    rejected_fields = {"id": "The id of a project is in its URLs and cannot be changed."}
    name = StrictCharField(max_length=200, required=False)
    site_url = SiteURLField(max_length=MAX_STORED_LENGTH, required=False)
    archived = StrictBooleanField(required=False)


class MemberSerializer(ResponseSerializer):
    """A member of the organisation. `id` is the user's, as in `owner_id`."""

    id = serializers.UUIDField(source="user_id")
    email = serializers.EmailField(source="user.email")
    name = serializers.CharField(source="user.name")

    class Meta:
        model = Membership
        fields: ClassVar = ["id", "email", "name", "role", "created_at", "updated_at"]


class InviteMemberRequestSerializer(RequestSerializer):
    """The person to add."""

    rejected_fields = {"name": "This field is read-only."}

    email = StrictEmailField(max_length=254)
    role = StrictChoiceField(choices=Membership.Role.choices, required=False, default=Membership.Role.MEMBER)


class UpdateMemberRequestSerializer(RequestSerializer):
    """The new role."""

    rejected_fields = dict.fromkeys(("email", "name"), "This field is read-only.")
    role = StrictChoiceField(choices=Membership.Role.choices)


class ApiKeySerializer(ResponseSerializer):
    """An API key, without the key itself."""

    user_id = serializers.UUIDField()
    projects = serializers.SerializerMethodField()

    class Meta:
        model = ApiKey
        fields: ClassVar = [
            "id", "name", "key_prefix", "user_id", "scopes", "projects", "rate_limit", "expires_at", "last_used_at",
            "revoked_at", "created_at", "updated_at",
        ]  # fmt: skip

    def get_projects(self, row: ApiKey) -> list[str]:
        """Return the projects to which the key is bound; empty: all."""
        if not row.project_ids:
            return []
        slugs = self.context["slugs"]
        return [slugs[pk] for pk in row.project_ids if pk in slugs]


class IssuedApiKeySerializer(ApiKeySerializer):
    """A new API key; only this response has the key itself."""

    key = serializers.CharField(allow_null=True, help_text="Null if the response is repeated.")

    class Meta(ApiKeySerializer.Meta):
        fields: ClassVar = [*ApiKeySerializer.Meta.fields, "key"]


class CreateApiKeyRequestSerializer(RequestSerializer):
    """A key that acts as the user of the key that issues it."""

    name = StrictCharField(max_length=200)
    scopes = BoundedListField(
        child=StrictChoiceField(choices=Scope.choices),
        min_length=1,
        required=False,
        default=[Scope.READ.value],
    )
    projects = BoundedListField(
        child=StrictCharField(max_length=63), required=False, default=list, help_text="Slugs; empty: all."
    )
    expires_at = UTCDateTimeField(required=False, allow_null=True)
    rate_limit = StrictIntegerField(min_value=1, max_value=1_000_000, required=False, allow_null=True)

    def validate_expires_at(self, value: datetime | None) -> datetime | None:
        if value is not None and value <= timezone.now():
            raise serializers.ValidationError(EXPIRES_IN_PAST)
        return value


class LimitsSerializer(serializers.Serializer[Any]):
    """Requests per minute."""

    default = serializers.IntegerField(help_text="Of the organisation.")
    strict = serializers.IntegerField(help_text="Requests of the organisation that start a scan.")
    key = serializers.IntegerField(allow_null=True, help_text="Of this key only.")


class MeSerializer(serializers.Serializer[Any]):
    """The key that made the request, its user and its organisation."""

    user = MemberSerializer()
    organization = OrganizationSerializer()
    key = ApiKeySerializer()
    projects = ProjectSerializer(many=True)
    limits = LimitsSerializer()


class SavedViewSerializer(ResponseSerializer):
    """The filters, search and sort order of a list of the admin under a name."""

    user_id = serializers.UUIDField()
    shared = serializers.SerializerMethodField()
    url = serializers.SerializerMethodField()

    class Meta:
        model = SavedView
        fields: ClassVar = [
            "id", "user_id", "list", "name", "query", "shared", "url", "created_at", "updated_at",
        ]  # fmt: skip

    def get_shared(self, row: SavedView) -> bool:
        """Return whether all members of the organisation see the view, or only its user."""
        return row.organization_id is not None

    def get_url(self, row: SavedView) -> str:
        """Return the URL of the list in the admin."""
        page = public_url(f"admin:{row.list.replace('.', '_')}_changelist")
        return f"{page}?{row.query}"


class SaveViewRequestSerializer(RequestSerializer):
    """The view to save; one of the same user, list and name is replaced."""

    rejected_fields = {"url": "This field is read-only."}

    list = StrictCharField(max_length=100, help_text="A list of the admin: `findings.finding`.")
    name = StrictCharField(max_length=80)
    query = StrictCharField(max_length=saved_views.MAX_QUERY_LENGTH, allow_blank=True)
    shared = StrictBooleanField(required=False, default=False)

    def validate_list(self, value: str) -> str:
        if value not in (known := saved_views.lists()):
            raise serializers.ValidationError(f"Use one of {', '.join(known)}.")
        return value


class UpdateSavedViewRequestSerializer(ChangesRequestSerializer):
    """The fields of a view to change; at least one."""

    rejected_fields = {
        "list": "A view stays in its list: save another one.",
        "url": "This field is read-only.",
    }

    name = StrictCharField(max_length=80, required=False)
    query = StrictCharField(max_length=saved_views.MAX_QUERY_LENGTH, allow_blank=True, required=False)
    shared = StrictBooleanField(required=False)
