from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.viewsets import ProjectViewSet, uuid_or_404
from krafter_audit.api.envelope import with_warnings
from krafter_audit.api.errors import InvalidParams
from krafter_audit.api.lists.filters import CURSOR_PARAMETER, LIMIT_PARAMETER
from krafter_audit.api.lists.pagination import paginate_by_cursor, single_parameter
from remediation.policy_versions import queries
from remediation.policy_versions.comparison import compare
from remediation.policy_versions.serializers import (
    PolicyComparisonSerializer,
    PolicyVersionSerializer,
    RestorePolicyRequestSerializer,
)
from remediation.policy_versions.warnings import ignored_parts
from remediation.serializers import PolicySerializer
from remediation.services import policies

WITH = OpenApiParameter(
    "with", {"type": "string", "format": "uuid"}, description="Another version; the current one by default."
)


class PolicyVersionViewSet(ProjectViewSet):
    """The versions of the policy of a project."""

    conditional_actions = frozenset({"retrieve", "restore"})
    warning_actions = frozenset({"restore"})

    @extend_schema(
        summary="List the versions of the policy, newest first",
        parameters=[LIMIT_PARAMETER, CURSOR_PARAMETER],
        responses=PolicyVersionSerializer(many=True),
    )
    def list(self, request: Request, **kwargs: Any) -> Response:
        """Return a page, which begins with the current version."""
        policy = policies.current(self.project)
        page = paginate_by_cursor(
            queries.PolicyVersionListing(policy),
            request.query_params,
            bound_to=f"policies {policy.pk}",
            total=lambda: policy.versions.count() + 1,
        )
        return self.respond_page(page, PolicyVersionSerializer)

    @extend_schema(
        operation_id="get_policy", summary="Read a version of the policy", responses=PolicyVersionSerializer
    )
    def retrieve(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Return the version."""
        version = queries.get_version(policies.current(self.project), uuid_or_404(pk))
        return self.respond(version, PolicyVersionSerializer)

    @extend_schema(
        operation_id="compare_policies",
        summary="Compare two versions of the policy",
        parameters=[WITH],
        responses=PolicyComparisonSerializer,
    )
    def diff(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Return the changes from this version to another one, by default the current one."""
        policy = policies.current(self.project)
        before = queries.get_version(policy, uuid_or_404(pk))
        after = queries.get_version(policy, self._other(policy.pk))
        comparison = {
            "before_id": before.pk,
            "after_id": after.pk,
            "name_changed": before.name != after.name,
            "changes": list(compare(before.config, after.config)),
        }
        return Response(self.serialize(comparison, PolicyComparisonSerializer))

    def _other(self, current_id: UUID) -> UUID:
        value = single_parameter(self.request.query_params, "with")
        try:
            return UUID(value) if value else current_id
        except ValueError:
            raise InvalidParams(details={"with": ["Use the id of a version."]}) from None

    @extend_schema(
        summary="Restore a version of the policy",
        request=RestorePolicyRequestSerializer,
        responses={200: PolicySerializer},
    )
    def restore(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Replace the current policy by the name and config of this version, as a new version."""
        version = queries.get_version(policies.current(self.project), uuid_or_404(pk))
        body = self.validated_body(RestorePolicyRequestSerializer)
        policy = policies.replace(
            self.project,
            config=version.config,
            name=version.name,
            by=self.actor,
            if_match=self.if_match,
            plan_token=body.get("plan_token"),
        )
        return with_warnings(self.respond(policy, PolicySerializer), ignored_parts(version.config))
