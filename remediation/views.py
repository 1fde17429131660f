from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.viewsets import ProjectViewSet, uuid_or_404
from events import counters
from findings.models import Severity
from krafter_audit.api.errors import InvalidParams
from krafter_audit.api.filters import CURSOR, LIMIT, choice_parameter, filter_rows
from krafter_audit.api.pagination import PAGINATION_PARAMETERS, QuerySetListing, paginate_by_cursor
from krafter_audit.api.row_columns import row_columns
from remediation import queries
from remediation.checks.catalogue import catalogue
from remediation.evidence import chain, export
from remediation.filters import TaskFilter
from remediation.models import Task, Verification
from remediation.policy_simulation import plans
from remediation.serializers import (
    ApproveVerificationRequestSerializer,
    CheckSerializer,
    CommandCenterSerializer,
    CreateTaskRequestSerializer,
    PolicySerializer,
    PolicyTestResultSerializer,
    ReplacePolicyRequestSerializer,
    RunVerificationRequestSerializer,
    TaskSerializer,
    TestPolicyRequestSerializer,
    UpdateTaskRequestSerializer,
    VerificationEvidenceSerializer,
    VerificationSerializer,
)
from remediation.services import policies, tasks, verdicts, verifications
from scanner.evidence_bundle.keys import as_jwk


class TaskViewSet(ProjectViewSet):
    """Tasks of a project."""

    @extend_schema(
        summary="List tasks, newest first",
        parameters=[
            choice_parameter("status", Task.Status.values),
            choice_parameter("priority", Severity.values),
            OpenApiParameter("owner_id", str),
            OpenApiParameter("finding_id", str),
            OpenApiParameter("overdue", str, enum=["true", "false"]),
            LIMIT,
            CURSOR,
        ],
        responses=TaskSerializer(many=True),
    )
    def list(self, request: Request, **kwargs: Any) -> Response:
        self.reject_unknown_parameters((PAGINATION_PARAMETERS - {"offset"}) | set(TaskFilter.base_filters))
        tasks = Task.objects.filter(project=self.project)
        rows, filters = filter_rows(TaskFilter, request.query_params, tasks)

        def total() -> int:
            return queries.count_tasks(self.project, filters, rows)

        listing = QuerySetListing(rows, columns=row_columns(TaskSerializer))
        page = paginate_by_cursor(
            listing, request.query_params, bound_to=f"tasks {self.project.pk}", total=total
        )
        return self.respond_page(page, TaskSerializer)

    @extend_schema(summary="Read a task", responses=TaskSerializer)
    def retrieve(self, request: Request, pk: str, **kwargs: Any) -> Response:
        return self.respond_row(pk, TaskSerializer)

    @extend_schema(
        summary="Create a task from a finding",
        request=CreateTaskRequestSerializer,
        responses={201: TaskSerializer},
    )
    def create(self, request: Request, **kwargs: Any) -> Response:
        task = tasks.create(self.project, by=self.actor, **self.validated_body(CreateTaskRequestSerializer))
        return self.respond(task, TaskSerializer, status=201)

    @extend_schema(summary="Change a task", request=UpdateTaskRequestSerializer, responses=TaskSerializer)
    def partial_update(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Change the fields that were sent."""
        changed = tasks.update(
            uuid_or_404(pk),
            project=self.project,
            changes=self.validated_body(UpdateTaskRequestSerializer),
            by=self.actor,
            if_match=self.if_match,
        )
        return self.respond(changed, TaskSerializer)


class VerificationViewSet(ProjectViewSet):
    """Verifications of a project."""

    @extend_schema(
        summary="List verifications, newest first",
        parameters=[LIMIT, CURSOR],
        responses=VerificationSerializer(many=True),
    )
    def list(self, request: Request, **kwargs: Any) -> Response:
        rows = Verification.objects.filter(project=self.project)
        return self.respond_newest(
            rows, VerificationSerializer, total=lambda: counters.count(self.project.pk, "verification")
        )

    @extend_schema(summary="Read a verification", responses=VerificationSerializer)
    def retrieve(self, request: Request, pk: str, **kwargs: Any) -> Response:
        return self.respond_row(pk, VerificationSerializer)

    @extend_schema(summary="Read the evidence of a verification", responses=VerificationEvidenceSerializer)
    def evidence(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Return the evidence of each check, the verdicts and the links of the chain."""
        verification = self.get_row(Verification.objects.all(), pk)
        return Response(self.serialize(chain.evidence_of(verification), VerificationEvidenceSerializer))

    @extend_schema(
        summary="Download a verification's evidence as a signed file",
        responses={(200, "application/json"): OpenApiTypes.BINARY},
    )
    def bundle(self, request: Request, pk: str, **kwargs: Any) -> HttpResponse:
        verification = self.get_row(Verification.objects.select_related("project", "task__finding"), pk)
        return export.download(verification)

    @extend_schema(
        summary="Run a verification",
        request=RunVerificationRequestSerializer,
        responses={202: VerificationSerializer},
    )
    def run(self, request: Request, **kwargs: Any) -> Response:
        """Queue a verification; costs one unit of quota."""
        verification = verifications.run(
            self.project, by=self.actor, **self.validated_body(RunVerificationRequestSerializer)
        )
        return self.respond(verification, VerificationSerializer, status=202)

    @extend_schema(
        summary="Approve a verification",
        request=ApproveVerificationRequestSerializer,
        responses=VerificationSerializer,
    )
    def approve(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Close the task, the finding and its regressions in one transaction."""
        reason = self.validated_body(ApproveVerificationRequestSerializer).get("reason", "")
        verification = verdicts.approve(
            uuid_or_404(pk), project=self.project, by=self.actor, override_reason=reason
        )
        return self.respond(verification, VerificationSerializer)

    @extend_schema(summary="Reopen a verification", request=None, responses=VerificationSerializer)
    def reopen(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Set the task and the finding to in progress, and open a regression."""
        self.require_empty_body()
        verification = verdicts.reopen(uuid_or_404(pk), project=self.project, by=self.actor)
        return self.respond(verification, VerificationSerializer)


def public_keys(request: HttpRequest) -> JsonResponse:
    """Return the public keys that sign this installation's evidence, as JSON Web Keys (RFC 7517, RFC 8037)."""
    public = chain.keyring().public
    return JsonResponse({"keys": [as_jwk(key_id, raw) for key_id, raw in public.items()]})


class PolicyViewSet(ProjectViewSet):
    """The policy of a project."""

    read_only_posts = frozenset({"test"})

    @extend_schema(
        operation_id="get_current_policy", summary="Read the current policy", responses=PolicySerializer
    )
    def retrieve(self, request: Request, **kwargs: Any) -> Response:
        """Return the active policy; the first request creates the default one."""
        return self.respond(policies.current(self.project), PolicySerializer)

    @extend_schema(
        operation_id="replace_current_policy",
        summary="Replace the current policy",
        request=ReplacePolicyRequestSerializer,
        responses=PolicySerializer,
    )
    def update(self, request: Request, **kwargs: Any) -> Response:
        """Replace the config and, if it is sent, the name."""
        body = self.validated_body(ReplacePolicyRequestSerializer)
        policy = policies.replace(
            self.project,
            config=body["config"],
            name=body.get("name"),
            by=self.actor,
            if_match=self.if_match,
            plan_token=body.get("plan_token"),
        )
        return self.respond(policy, PolicySerializer)

    @extend_schema(
        summary="Test a policy",
        parameters=[OpenApiParameter("simulate", str, enum=["true", "false"])],
        request=TestPolicyRequestSerializer,
        responses=PolicyTestResultSerializer,
    )
    def test(self, request: Request, **kwargs: Any) -> Response:
        """Return what the config would do, without a change."""
        self.reject_unknown_parameters({"simulate"})
        simulate = request.query_params.get("simulate", "false")
        if simulate not in ("true", "false"):
            raise InvalidParams(details={"simulate": ["Use true or false."]})
        config = self.validated_body(TestPolicyRequestSerializer)["config"]
        result = plans.test(self.project, config)
        if simulate == "true":
            result |= plans.simulate(policies.current(self.project), config)
        return Response(result)


class CommandCenterViewSet(ProjectViewSet):
    """An overview of a project."""

    @extend_schema(summary="Read the command center", responses=CommandCenterSerializer)
    def retrieve(self, request: Request, **kwargs: Any) -> Response:
        """Return counts of findings and tasks, the latest scan and the number of overdue tasks."""
        return Response(self.serialize(queries.command_center(self.project), CommandCenterSerializer))


class CheckViewSet(ProjectViewSet):
    """The checks of this installation."""

    @extend_schema(
        summary="List checks with the policy applied and their reliability",
        responses=CheckSerializer(many=True),
    )
    def list(self, request: Request, **kwargs: Any) -> Response:
        """Return all checks, in the order of the registry."""
        self.reject_unknown_parameters(())
        return Response([self.serialize(check, CheckSerializer) for check in catalogue(self.project)])
