import math
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import api_keys, quota, saved_views, services
from accounts.errors import InsufficientRole
from accounts.filters import ApiKeyFilter, MemberFilter, ProjectFilter, SavedViewFilter
from accounts.models import ApiKey, Membership, Project, SavedView, Scope, User
from accounts.roles import MANAGERS
from accounts.serializers import (
    ApiKeySerializer,
    CreateApiKeyRequestSerializer,
    CreateProjectRequestSerializer,
    InviteMemberRequestSerializer,
    IssuedApiKeySerializer,
    MemberSerializer,
    MeSerializer,
    OrganizationSerializer,
    ProjectSerializer,
    SavedViewSerializer,
    SaveViewRequestSerializer,
    UpdateMemberRequestSerializer,
    UpdateProjectRequestSerializer,
    UpdateSavedViewRequestSerializer,
    UsageSerializer,
)
from accounts.viewsets import OrganizationViewSet, ProjectViewSet, SerializerClass, uuid_or_404
from krafter_audit.api.envelope import ResultPage, with_warnings
from krafter_audit.api.errors import InvalidParams, Unauthorized
from krafter_audit.api.lists.filters import list_parameters
from krafter_audit.api.lookup import get_or_404


class UsageViewSet(OrganizationViewSet):
    """The organisation's quota."""

    conditional_actions = frozenset()

    @extend_schema(responses=UsageSerializer, summary="Read this month's quota and usage")
    def retrieve(self, request: Request, **kwargs: Any) -> Response:
        """Return the current month."""
        return Response(self.serialize(quota.usage(self.caller.organization), UsageSerializer))


class CallerViewSet(OrganizationViewSet):
    """The API key of the request, and its organisation."""

    conditional_actions = frozenset()

    def _locate(self, org_id: str = "", **kwargs: Any) -> None:
        pass  # the URL names no organisation: it is the key's

    @extend_schema(responses=MeSerializer, summary="Read who the API key is and what it may do")
    def retrieve(self, request: Request, **kwargs: Any) -> Response:
        """Return the key, its user, organisation and projects, and its limits."""
        organization = self.caller.organization
        members = Membership.objects.select_related("user")
        try:
            key = ApiKey.objects.get(pk=self.caller.key_id)
            member = members.get(organization=organization, user=self.caller.user_id)
        except ObjectDoesNotExist:  # deleted since the key was authenticated
            raise Unauthorized(headers={"www-authenticate": "Bearer"}) from None
        me = {
            "user": member,
            "organization": organization,
            "key": key,
            "projects": _projects(self.caller).filter(archived_at=None),
            "limits": {
                "default": settings.KRAFTER_RATE_DEFAULT,
                "strict": settings.KRAFTER_RATE_STRICT,
                "key": key.rate_limit,
            },
        }
        return Response(self.serialize(me, MeSerializer))

    @extend_schema(
        responses=OrganizationSerializer(many=True), summary="List the organisations of the API key"
    )
    def list(self, request: Request, **kwargs: Any) -> Response:
        """Return the organisation of the key, as a list."""
        return Response(ResultPage([self.serialize(self.caller.organization, OrganizationSerializer)], 1))

    @property
    def serializer_context(self) -> dict[str, Any]:
        return {**super().serializer_context, "slugs": self.caller.organization.slugs_of_projects()}


class ManagementViewSet(OrganizationViewSet):
    """A view whose changes are for owners and admins, with a key that is not bound to projects."""

    project_key_access = "read"  # of projects' own settings, too
    reads_need_role = False

    def _authorize(self, request: Request) -> None:
        super()._authorize(request)
        needs_role = self.reads_need_role or not self.only_reads
        if needs_role and self.caller.role not in MANAGERS:
            raise InsufficientRole

    def require_owner_for(self, *roles: str) -> None:
        """Raise InsufficientRole if an admin gives or takes the role of an owner."""
        if Membership.Role.OWNER in roles and self.caller.role != Membership.Role.OWNER:
            raise InsufficientRole(services.ONLY_OWNERS)


class OrganizationProjectsViewSet(ManagementViewSet):
    """The projects of the organisation."""

    @extend_schema(
        parameters=list_parameters(ProjectFilter),
        responses=ProjectSerializer(many=True),
        summary="List projects, newest first",
    )
    def list(self, request: Request, **kwargs: Any) -> Response:
        """Return a page of the projects that the key may read, archived ones too."""
        return self.respond_list(_projects(self.caller), ProjectSerializer, ProjectFilter)

    @extend_schema(
        request=CreateProjectRequestSerializer, responses={201: ProjectSerializer}, summary="Create a project"
    )
    def create(self, request: Request, **kwargs: Any) -> Response:
        """Create a project; its id is its slug in URLs."""
        body = self.validated_body(CreateProjectRequestSerializer)
        project = services.create_project(self.caller.organization, **body, by=self.actor)
        return self.respond(project, ProjectSerializer, status=201, location_id=project.slug)


class OrganizationProjectViewSet(ManagementViewSet, ProjectViewSet):
    """A project."""

    archived_project_actions = frozenset({"partial_update"})

    @extend_schema(responses=ProjectSerializer, summary="Read a project")
    def retrieve(self, request: Request, **kwargs: Any) -> Response:
        """Return the project."""
        return self.respond(self.project, ProjectSerializer)

    @extend_schema(
        request=UpdateProjectRequestSerializer,
        responses=ProjectSerializer,
        summary="Change or archive a project",
    )
    def partial_update(self, request: Request, **kwargs: Any) -> Response:
        """Change the fields that were sent; an archived project can only be read."""
        changes = self.validated_body(UpdateProjectRequestSerializer)
        return self.respond(
            services.update_project(self.project, changes=changes, if_match=self.if_match, by=self.actor),
            ProjectSerializer,
        )


class MemberViewSet(ManagementViewSet):
    """The members of the organisation."""

    warning_actions = frozenset({"partial_update"})

    @extend_schema(
        parameters=list_parameters(MemberFilter),
        responses=MemberSerializer(many=True),
        summary="List members, newest first",
    )
    def list(self, request: Request, **kwargs: Any) -> Response:
        """Return a page."""
        return self.respond_list(self._members(), MemberSerializer, MemberFilter)

    @extend_schema(responses=MemberSerializer, summary="Read a member")
    def retrieve(self, request: Request, user_id: str, **kwargs: Any) -> Response:
        """Return a member by the user's id."""
        return self.respond(self._member(user_id), MemberSerializer)

    @extend_schema(
        request=InviteMemberRequestSerializer,
        responses={201: MemberSerializer, 200: MemberSerializer},
        operation_id="invite_member",
        summary="Add a member",
    )
    def create(self, request: Request, **kwargs: Any) -> Response:
        """Add a person by e-mail address; 200 if they are a member already, whose role stays."""
        body = self.validated_body(InviteMemberRequestSerializer)
        self.require_owner_for(body["role"])
        member, created = services.invite_member(self.caller.organization, **body, by=self.actor)
        status = 201 if created else 200
        return self.respond(member, MemberSerializer, status=status, location_id=str(member.user_id))

    @extend_schema(
        request=UpdateMemberRequestSerializer,
        responses=MemberSerializer,
        summary="Change the role of a member",
    )
    def partial_update(self, request: Request, user_id: str, **kwargs: Any) -> Response:
        """Change the role; the last owner keeps theirs.

        A member who is no longer an owner or admin loses the API keys that may write, at once; `meta.warnings` names
        them.
        """
        member = self._member(user_id)
        role = self.validated_body(UpdateMemberRequestSerializer)["role"]
        self.require_owner_for(role, member.role)
        changed, revoked = services.change_role(member, role=role, if_match=self.if_match, by=self.actor)
        return with_warnings(
            self.respond(changed, MemberSerializer), [f"The API key {key} is revoked." for key in revoked]
        )

    @extend_schema(request=None, responses={200: MemberSerializer}, summary="Remove a member")
    def destroy(self, request: Request, user_id: str, **kwargs: Any) -> Response:
        """Remove the member, whose API keys stop working."""
        member = self._member(user_id)
        self.require_owner_for(member.role)
        removed = services.remove_member(member, if_match=self.if_match, by=self.actor)
        return self.respond(removed, MemberSerializer)

    def _members(self) -> QuerySet[Membership]:
        return Membership.objects.filter(organization=self.caller.organization).select_related("user")

    def _member(self, user_id: str) -> Membership:
        return get_or_404(self._members(), user=uuid_or_404(user_id))


class ApiKeyViewSet(ManagementViewSet):
    """The API keys of the organisation."""

    project_key_access = "none"
    reads_need_role = True

    @extend_schema(
        parameters=list_parameters(ApiKeyFilter),
        responses=ApiKeySerializer(many=True),
        summary="List API keys, newest first",
    )
    def list(self, request: Request, **kwargs: Any) -> Response:
        """Return a page of the keys, revoked ones too."""
        return self.respond_list(self._keys(), ApiKeySerializer, ApiKeyFilter)

    @extend_schema(responses=ApiKeySerializer, summary="Read an API key")
    def retrieve(self, request: Request, key_id: str, **kwargs: Any) -> Response:
        """Return a key, without the key itself."""
        return self.respond(self._key(key_id), ApiKeySerializer)

    @extend_schema(
        request=CreateApiKeyRequestSerializer,
        responses={201: IssuedApiKeySerializer},
        summary="Issue an API key",
    )
    def create(self, request: Request, **kwargs: Any) -> Response:
        """Issue a key with at most the permissions of this one. Only this response contains it."""
        body = self.validated_body(CreateApiKeyRequestSerializer)
        self._require_no_more_than_own(body)
        row, key = api_keys.issue(
            self.caller.organization,
            user=User.objects.get(pk=self.caller.user_id),
            name=body["name"],
            scopes=body["scopes"],
            expires_at=body.get("expires_at"),
            projects=self._projects_named(body["projects"]),
            rate_limit=body.get("rate_limit"),
            by=self.actor,
        )
        row.key = key  # type: ignore[attr-defined]  # shown once, by IssuedApiKeySerializer
        response = self.respond(row, IssuedApiKeySerializer, status=201)
        # A repeated response does not contain it: keys are stored nowhere.
        response.unstored_fields = ("key",)  # type: ignore[attr-defined]  # read by krafter_audit/api/idempotency.py
        return response

    @extend_schema(request=None, responses={200: ApiKeySerializer}, summary="Revoke an API key")
    def destroy(self, request: Request, key_id: str, **kwargs: Any) -> Response:
        """Revoke the key at once and permanently; a repeated request changes nothing."""
        row = api_keys.revoke(self._key(key_id), if_match=self.if_match, by=self.actor)
        return self.respond(row, ApiKeySerializer)

    def _require_no_more_than_own(self, body: dict[str, Any]) -> None:
        if Scope.ALL in body["scopes"] and Scope.ALL not in self.caller.scopes:
            raise InvalidParams(
                details={"scopes": ["A key cannot have more scopes than the one that issues it."]}
            )
        until = self.caller.expires_at
        expires_at = body.get("expires_at")
        if not math.isinf(until) and (expires_at is None or expires_at.timestamp() > until):
            latest = datetime.fromtimestamp(until, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
            raise InvalidParams(
                details={"expires_at": [f"Must not be after {latest}, when the issuing key expires."]}
            )

    def _projects_named(self, slugs: Sequence[str]) -> Sequence[Project]:
        found = {project.slug: project for project in _projects(self.caller)}
        missing = [slug for slug in slugs if slug not in found]
        if missing:
            raise InvalidParams(details={"projects": [f"The organisation has no project {missing[0]!r}."]})
        return [found[slug] for slug in dict.fromkeys(slugs)]

    def _keys(self) -> QuerySet[ApiKey]:
        return ApiKey.objects.filter(organization=self.caller.organization)

    def _key(self, key_id: str) -> ApiKey:
        return get_or_404(self._keys(), pk=uuid_or_404(key_id))

    @property
    def serializer_context(self) -> dict[str, Any]:
        return {**super().serializer_context, "slugs": self.caller.organization.slugs_of_projects()}


class SavedViewViewSet(OrganizationViewSet):
    """The saved views of the key's user, and those shared with the organisation."""

    @extend_schema(
        parameters=list_parameters(SavedViewFilter),
        responses=SavedViewSerializer(many=True),
        summary="List saved views, newest first",
    )
    def list(self, request: Request, **kwargs: Any) -> Response:
        """Return a page."""
        return self.respond_list(self._views(), SavedViewSerializer, SavedViewFilter)

    @extend_schema(responses=SavedViewSerializer, summary="Read a saved view")
    def retrieve(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Return the view."""
        return self.respond(self._view(pk), SavedViewSerializer)

    @extend_schema(
        request=SaveViewRequestSerializer,
        responses={201: SavedViewSerializer, 200: SavedViewSerializer},
        summary="Save a view of a list",
    )
    def create(self, request: Request, **kwargs: Any) -> Response:
        """Save a view of the key's user; 200 if it replaces the one with the same list and name."""
        body = self._validated_view(SaveViewRequestSerializer)
        list_name, organization = body.pop("list"), self.caller.organization
        view, created = saved_views.save(self._user, list_name=list_name, within=organization, **body)
        return self.respond(view, SavedViewSerializer, status=201 if created else 200)

    @extend_schema(
        request=UpdateSavedViewRequestSerializer,
        responses=SavedViewSerializer,
        summary="Change a saved view",
    )
    def partial_update(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Change the fields that were sent; shared views of others by owners and admins."""
        view = self._view(pk)
        changes = self._validated_view(UpdateSavedViewRequestSerializer)
        changed = saved_views.update(view.pk, changes=changes, by=self._user, if_match=self.if_match)
        return self.respond(changed, SavedViewSerializer)

    @extend_schema(request=None, responses={200: SavedViewSerializer}, summary="Delete a saved view")
    def destroy(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Delete the view; shared views of others by owners and admins."""
        deleted = saved_views.delete(self._view(pk).pk, by=self._user, if_match=self.if_match)
        return self.respond(deleted, SavedViewSerializer)

    def _validated_view(self, serializer_class: SerializerClass) -> dict[str, Any]:
        body = self.validated_body(serializer_class)
        if "shared" in body:
            body["organization_id"] = self.caller.organization.pk if body.pop("shared") else None
        return body

    @property
    def _user(self) -> User:
        return User.objects.get(pk=self.caller.user_id)

    def _views(self) -> QuerySet[SavedView]:
        return saved_views.visible_in(self.caller.user_id, self.caller.organization)

    def _view(self, pk: str) -> SavedView:
        return get_or_404(self._views(), pk=uuid_or_404(pk))


def _projects(caller: api_keys.Caller) -> Any:
    rows = Project.objects.filter(organization=caller.organization).order_by("slug")
    if not caller.is_limited_to_projects:
        return rows
    return rows.filter(pk__in=ApiKey.objects.values_list("project_ids", flat=True).get(pk=caller.key_id))
