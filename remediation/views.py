"""Tasks, verifications, policies and the command center over HTTP."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.viewsets import ProjectViewSet, uuid_or_404
from events import counters
from findings.filters import narrowed
from findings.models import Severity
from findings.views import CURSOR, LIMIT, one_of
from krafter_audit.api.errors import InvalidParams
from krafter_audit.api.pagination import PAGINATION_PARAMETERS, QuerySetListing, paginate_by_cursor
from krafter_audit.api.row_columns import row_columns
from remediation import queries
from remediation.evidence import chain, export
from remediation.filters import TaskFilter
from remediation.models import Task, Verification
from remediation.policy_simulation import plans
from remediation.serializers import (
    ApproveVerificationRequestSerializer,
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
    """Units of work that close findings."""

    @extend_schema(
        summary="List tasks, newest first",
        parameters=[
            one_of("status", Task.Status.values),
            one_of("priority", Severity.values),
            OpenApiParameter("owner_id", str),
            OpenApiParameter("finding_id", str),
            OpenApiParameter("overdue", str, enum=["true", "false"]),
            LIMIT,
            CURSOR,
        ],
        responses=TaskSerializer(many=True),
    )
    def list(self, request: Request, **kwargs: Any) -> Response:
        """Answer with a page."""
        self.reject_unknown_parameters((PAGINATION_PARAMETERS - {"offset"}) | set(TaskFilter.base_filters))
        every = Task.objects.filter(project=self.project)
        found, used = narrowed(TaskFilter, request.query_params, every)

        def total() -> int:
            return queries.count_tasks(self.project, used, found)

        rows = QuerySetListing(found, columns=row_columns(TaskSerializer))
        page = paginate_by_cursor(
            rows, request.query_params, bound_to=f"tasks {self.project.pk}", total=total
        )
        return self.respond_page(page, TaskSerializer)

    @extend_schema(summary="Read a task", responses=TaskSerializer)
    def retrieve(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Answer with one task."""
        return self.respond_row(pk, TaskSerializer)

    @extend_schema(
        summary="Create a task from a finding",
        request=CreateTaskRequestSerializer,
        responses={201: TaskSerializer},
    )
    def create(self, request: Request, **kwargs: Any) -> Response:
        """Make the task."""
        task = tasks.create(self.project, by=self.actor, **self.validated_body(CreateTaskRequestSerializer))
        return self.respond(task, TaskSerializer, status=201)

    @extend_schema(summary="Change a task", request=UpdateTaskRequestSerializer, responses=TaskSerializer)
    def partial_update(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Change the fields named."""
        changed = tasks.update(
            uuid_or_404(pk),
            project=self.project,
            changes=self.validated_body(UpdateTaskRequestSerializer),
            by=self.actor,
            if_match=request.headers.get("if-match"),
        )
        return self.respond(changed, TaskSerializer)


class VerificationViewSet(ProjectViewSet):
    """Looks at whether a task's finding is gone."""

    @extend_schema(
        summary="List verifications, newest first",
        parameters=[LIMIT, CURSOR],
        responses=VerificationSerializer(many=True),
    )
    def list(self, request: Request, **kwargs: Any) -> Response:
        """Answer with a page."""
        rows = Verification.objects.filter(project=self.project)
        return self.respond_newest(
            rows, VerificationSerializer, total=lambda: counters.count(self.project.pk, "verification")
        )

    @extend_schema(summary="Read a verification", responses=VerificationSerializer)
    def retrieve(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Answer with one verification."""
        return self.respond_row(pk, VerificationSerializer)

    @extend_schema(summary="Read what a verification saw", responses=VerificationEvidenceSerializer)
    def evidence(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Answer with the evidence of each check and the links of the chain."""
        verification = self.get_row(Verification.objects.all(), pk)
        return Response(self.serialize(chain.of(verification), VerificationEvidenceSerializer))

    @extend_schema(
        summary="Download a verification's evidence as a signed file",
        responses={(200, "application/json"): OpenApiTypes.BINARY},
    )
    def bundle(self, request: Request, pk: str, **kwargs: Any) -> HttpResponse:
        """Answer with the file itself."""
        found = self.get_row(Verification.objects.select_related("project", "task__finding"), pk)
        return export.as_file(found)

    @extend_schema(
        summary="Run a verification",
        request=RunVerificationRequestSerializer,
        responses={202: VerificationSerializer},
    )
    def run(self, request: Request, **kwargs: Any) -> Response:
        """Queue another look; one unit of quota."""
        verification = verifications.run(
            self.project, by=self.actor, **self.validated_body(RunVerificationRequestSerializer)
        )
        return self.respond(verification, VerificationSerializer, status=202)

    @extend_schema(
        summary="Approve: the fix holds",
        request=ApproveVerificationRequestSerializer,
        responses=VerificationSerializer,
    )
    def approve(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Close task, finding and regressions in one transaction."""
        reason = self.validated_body(ApproveVerificationRequestSerializer).get("reason", "")
        decided = verdicts.approve(
            uuid_or_404(pk), project=self.project, by=self.actor, override_reason=reason
        )
        return self.respond(decided, VerificationSerializer)

    @extend_schema(summary="Reopen: the issue persists", request=None, responses=VerificationSerializer)
    def reopen(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Undo the approval, or refuse the fix, and record a regression."""
        self.require_empty_body()
        decided = verdicts.reopen(uuid_or_404(pk), project=self.project, by=self.actor)
        return self.respond(decided, VerificationSerializer)


def public_keys(request: HttpRequest) -> JsonResponse:
    """Answer with the public keys that sign this installation's evidence, as JSON Web Keys (RFC 7517, RFC 8037)."""
    public = chain.keyring().public
    return JsonResponse({"keys": [as_jwk(key_id, raw) for key_id, raw in public.items()]})


class PolicyViewSet(ProjectViewSet):
    """The project's rules."""

    read_only_posts = frozenset({"test"})

    @extend_schema(summary="Read the current policy", responses=PolicySerializer)
    def retrieve(self, request: Request, **kwargs: Any) -> Response:
        """Answer with the active policy; the first read makes the default."""
        return self.respond(policies.current(self.project), PolicySerializer)

    @extend_schema(
        summary="Replace the current policy",
        request=ReplacePolicyRequestSerializer,
        responses=PolicySerializer,
    )
    def update(self, request: Request, **kwargs: Any) -> Response:
        """Replace name and config wholesale."""
        asked = self.validated_body(ReplacePolicyRequestSerializer)
        policy = policies.replace(
            self.project,
            config=asked["config"],
            name=asked.get("name"),
            by=self.actor,
            if_match=request.headers.get("if-match"),
            plan_token=asked.get("plan_token"),
        )
        return self.respond(policy, PolicySerializer)

    @extend_schema(
        summary="Test a policy",
        parameters=[OpenApiParameter("simulate", str, enum=["true", "false"])],
        request=TestPolicyRequestSerializer,
        responses=PolicyTestResultSerializer,
    )
    def test(self, request: Request, **kwargs: Any) -> Response:
        """Answer with the what-if; nothing is changed."""
        self.reject_unknown_parameters({"simulate"})
        wanted = request.query_params.get("simulate", "false")
        if wanted not in ("true", "false"):
            raise InvalidParams(details={"simulate": ["Use true or false."]})
        config = self.validated_body(TestPolicyRequestSerializer)["config"]
        answer = plans.test(self.project, config)
        if wanted == "true":
            policy = policies.current(self.project)
            answer |= plans.simulate(policy, config)
        return Response(answer)


class CommandCenterViewSet(ProjectViewSet):
    """The project at a glance."""

    @extend_schema(summary="Where the project stands", responses=CommandCenterSerializer)
    def retrieve(self, request: Request, **kwargs: Any) -> Response:
        """Answer with counts, the latest scan and what is overdue."""
        return Response(self.serialize(queries.command_center(self.project), CommandCenterSerializer))
