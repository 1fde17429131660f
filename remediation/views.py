from collections import defaultdict
from collections.abc import Collection, Sequence
from functools import partial
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.viewsets import ProjectViewSet, uuid_or_404
from bulk_changes.serializers import BulkUpdateResultSerializer, represent
from events.as_of import AS_OF_PARAMETER, parse_as_of, respond_as_of, respond_with_counts
from events.totals import counters
from findings.models import Finding
from findings.serializers import FindingSerializer, validate_items
from findings.views import FindingViewSet
from krafter_audit.api import long_polling
from krafter_audit.api.envelope import with_warnings
from krafter_audit.api.errors import InvalidParams
from krafter_audit.api.lists.filters import (
    TIME_FIELDS,
    filter_rows,
    include_parameter,
    included,
    list_parameters,
    with_own_id,
)
from krafter_audit.api.lists.row_columns import represent_rows
from krafter_audit.api.parsers import MEBIBYTE
from krafter_audit.api.response_headers import FILE_NAME
from krafter_audit.api.serializers import ResponseSerializer
from remediation import queries
from remediation.checks.catalogue import catalogue
from remediation.evidence import chain, export
from remediation.filters import TaskCountFilter, TaskFilter, VerificationFilter, tasks_matching
from remediation.models import Task, Verification
from remediation.policy_simulation import plans
from remediation.policy_versions.warnings import ignored_parts
from remediation.serializers import (
    ApprovalStateSerializer,
    ApproveVerificationRequestSerializer,
    BulkCreateTasksRequestSerializer,
    BulkCreateTasksResultSerializer,
    BulkUpdateTasksRequestSerializer,
    CheckSerializer,
    CommandCenterSerializer,
    CreateTaskRequestSerializer,
    PolicySerializer,
    PolicyTestResultSerializer,
    ReplacePolicyRequestSerializer,
    RunVerificationRequestSerializer,
    TaskCountsSerializer,
    TaskSerializer,
    TaskWithFindingSerializer,
    TestPolicyRequestSerializer,
    UpdateTaskRequestSerializer,
    VerificationEvidenceSerializer,
    VerificationSerializer,
    VerificationWithStateSerializer,
    VerificationWithTaskSerializer,
)
from remediation.services import approvals, bulk, policies, tasks, verdicts, verifications
from remediation.verification_states import VerificationState
from scanner.evidence_bundle.keys import as_jwk

INCLUDE_IN_TASK, INCLUDE_IN_VERIFICATIONS = ("finding", "labels"), ("state", "task")
INCLUDE_IN_VERIFICATION = (*INCLUDE_IN_VERIFICATIONS, "warnings")
TASK_SORT_FIELDS = (*TIME_FIELDS, "sla_due_at")


def embed_parents(
    rows: Sequence[dict[str, Any]],
    name: str,
    parents: QuerySet[Any],
    serializer_class: type[ResponseSerializer],
    context: dict[str, Any],
) -> None:
    """Add to each row, under `name`, the representation of the parent whose id it has as `{name}_id`."""
    found = parents.filter(pk__in={row[f"{name}_id"] for row in rows})
    by_id = {str(parent["id"]): parent for parent in represent_rows(serializer_class, found, context)}
    for row in rows:
        row[name] = by_id.get(str(row[f"{name}_id"]))


class TaskViewSet(ProjectViewSet):
    """Tasks of a project."""

    @extend_schema(
        summary="List tasks, newest first",
        parameters=list_parameters(TaskFilter, sort=TASK_SORT_FIELDS, include=INCLUDE_IN_TASK),
        responses=TaskWithFindingSerializer(many=True),
    )
    def list(self, request: Request, **kwargs: Any) -> Response:
        """Return a page."""
        embedded = included(request.query_params, INCLUDE_IN_TASK)
        response = self.respond_list(
            Task.objects.filter(project=self.project),
            TaskSerializer,
            TaskFilter,
            total=lambda filters, rows: queries.count_tasks(self.project, filters, rows),
            sort=TASK_SORT_FIELDS,
        )
        self._embed(embedded, response.data.rows)
        return response

    @extend_schema(
        summary="Read a task",
        parameters=[include_parameter(INCLUDE_IN_TASK)],
        responses=TaskWithFindingSerializer,
    )
    def retrieve(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Return the task."""
        embedded = included(request.query_params, INCLUDE_IN_TASK)
        if not embedded:
            return self.respond_row(pk, TaskSerializer)
        data = self.serialize(self.get_row(Task.objects.all(), pk), TaskSerializer)
        self._embed(embedded, [data])
        # No ETag: it would not change with the embedded rows.
        return Response(data)

    def _embed(self, names: Sequence[str], tasks: Sequence[dict[str, Any]]) -> None:
        if "finding" in names:
            embed_parents(tasks, "finding", Finding.objects.all(), FindingSerializer, self.serializer_context)
        if "labels" in names:
            labels = queries.labels_of([task["id"] for task in tasks])
            for task in tasks:
                task["labels"] = labels.get(str(task["id"]), [])

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


class FindingWithTasksViewSet(FindingViewSet):
    """Findings of a project; `?include=` embeds the tasks and the dismissal of each."""

    embeddable: ClassVar[Collection[str]] = ("tasks", *FindingViewSet.embeddable)

    def embed(self, name: str, findings: Sequence[dict[str, Any]]) -> None:
        """Add the newest 25 tasks, or a dismissal."""
        if name != "tasks":
            super().embed(name, findings)
            return
        newest = queries.newest_tasks_of([finding["id"] for finding in findings])
        by_finding = defaultdict(list)
        for task in represent_rows(TaskSerializer, newest, self.serializer_context):
            by_finding[str(task["finding_id"])].append(task)
        for finding in findings:
            finding["tasks"] = by_finding[str(finding["id"])]


class TaskBulkViewSet(ProjectViewSet):
    """Bulk creation and bulk update of tasks."""

    body_limit = 4 * MEBIBYTE

    @extend_schema(
        summary="Create up to 1,000 tasks",
        request=BulkCreateTasksRequestSerializer,
        operation_id="bulk_create_tasks",
        responses={200: BulkCreateTasksResultSerializer},
    )
    def bulk_create(self, request: Request, **kwargs: Any) -> Response:
        """Create all tasks or none; with `"mode": "partial"` the valid ones, with a result for each."""
        body = self.validated_body(BulkCreateTasksRequestSerializer)
        valid, errors = validate_items(body["tasks"], self.serializer_context, CreateTaskRequestSerializer)
        result = bulk.create(
            self.project,
            valid,
            errors=errors,
            partial=body["mode"] == "partial",
            dry_run=body["dry_run"],
            by=self.actor,
        )
        return Response(self.serialize(result, BulkCreateTasksResultSerializer))

    @extend_schema(
        summary="Change many tasks",
        request=BulkUpdateTasksRequestSerializer,
        operation_id="bulk_update_tasks",
        responses={200: BulkUpdateResultSerializer},
    )
    def bulk_update(self, request: Request, **kwargs: Any) -> Response:
        """Change the tasks that match; with `dry_run` only say what would change and what would be refused."""
        body = self.validated_body(BulkUpdateTasksRequestSerializer)
        result = bulk.update(
            self.project,
            tasks_matching(self.project, body),
            changes=body["set"],
            all_or_nothing=body["mode"] == "all",
            dry_run=body["dry_run"],
            by=self.actor,
        )
        return Response(self.serialize(represent(result), BulkUpdateResultSerializer))


class TaskCountsViewSet(ProjectViewSet):
    """The number of tasks."""

    conditional_actions = frozenset()
    replica_actions = frozenset({"retrieve"})

    @extend_schema(
        summary="Count tasks, now or at a past time",
        parameters=[*list_parameters(TaskCountFilter, sort=(), pages=()), AS_OF_PARAMETER],
        responses=TaskCountsSerializer,
    )
    def retrieve(self, request: Request, **kwargs: Any) -> Response:
        """Return the number of the tasks that match, by status and priority."""
        params = with_own_id(request.query_params, self.caller.user_id)
        _, filters = filter_rows(TaskCountFilter, params, Task.objects.none())
        as_of = parse_as_of(params)
        counts = queries.task_counts(self.project, filters, as_of)
        return respond_with_counts(self.project, self.serialize(counts, TaskCountsSerializer), as_of)


class VerificationViewSet(ProjectViewSet):
    """Verifications of a project."""

    warning_actions = frozenset({"run"})

    @extend_schema(
        summary="List verifications, newest first",
        parameters=list_parameters(VerificationFilter, include=INCLUDE_IN_VERIFICATIONS),
        responses=VerificationWithTaskSerializer(many=True),
    )
    def list(self, request: Request, **kwargs: Any) -> Response:
        """Return a page; with `state`, if it is a filter or included."""
        names = included(request.query_params, INCLUDE_IN_VERIFICATIONS)
        with_state = "state" in names or "state" in request.query_params
        response = self.respond_list(
            Verification.objects.filter(project=self.project).without_guards(),
            VerificationWithStateSerializer if with_state else VerificationSerializer,
            VerificationFilter,
            total=partial(
                counters.count_matching,
                self.project.pk,
                "verification",
                facets={"result", "state", "blocked_by"},
            ),
        )
        if "task" in names:
            self._embed_tasks(response.data.rows)
        return response

    @extend_schema(
        summary="Read a verification",
        parameters=[long_polling.WAIT_PARAMETER, include_parameter(INCLUDE_IN_VERIFICATION)],
        responses=VerificationWithTaskSerializer,
    )
    def retrieve(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Return the verification; with `wait`, when no check is running for a worker or the time is over."""
        names = included(request.query_params, INCLUDE_IN_VERIFICATION)
        self.wait_while(Verification.objects.filter(state=VerificationState.RUNNING), pk)
        serializer_class = VerificationWithStateSerializer if "state" in names else VerificationSerializer
        if not {"task", "warnings"} & set(names):
            return self.respond_row(pk, serializer_class)
        verification = self.get_row(Verification.objects.select_related("task"), pk)
        verification.project = self.project
        data = self.serialize(verification, serializer_class)
        if "task" in names:
            self._embed_tasks([data])
        if "warnings" in names:
            data["warnings"] = verifications.warnings_for(verification)
        # Without an ETag, which would say nothing about the task and the deploys.
        return Response(data)

    def _embed_tasks(self, rows: Sequence[dict[str, Any]]) -> None:
        embed_parents(rows, "task", Task.objects.all(), TaskSerializer, self.serializer_context)

    @extend_schema(summary="Read the evidence of a verification", responses=VerificationEvidenceSerializer)
    def evidence(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Return the evidence of each check, the verdicts and the links of the chain."""
        verification = self.get_row(Verification.objects.all(), pk)
        return Response(self.serialize(chain.evidence_of(verification), VerificationEvidenceSerializer))

    @extend_schema(
        summary="Download a verification's evidence as a signed file",
        parameters=[FILE_NAME],
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
        response = self.respond(verification, VerificationSerializer, status=202)
        return with_warnings(response, verifications.warnings_for(verification))

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

    @extend_schema(summary="Read the approvals of a verification", responses=ApprovalStateSerializer)
    def approvals(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Return the approvals of people, and how many the policy requires."""
        rows = Verification.objects.select_related("project", "task__finding")
        state = approvals.state_of(self.get_row(rows, pk))
        return Response(self.serialize(state, ApprovalStateSerializer))

    @extend_schema(summary="Withdraw an approval", request=None, responses=ApprovalStateSerializer)
    def withdraw_approval(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Withdraw one's own approval of a verification that is not approved yet."""
        self.require_empty_body()
        verification = approvals.withdraw(uuid_or_404(pk), project=self.project, by=self.actor)
        return Response(self.serialize(approvals.state_of(verification), ApprovalStateSerializer))

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
    warning_actions = frozenset({"update", "test"})

    @extend_schema(
        operation_id="get_current_policy",
        summary="Read the current policy",
        parameters=[AS_OF_PARAMETER],
        responses=PolicySerializer,
    )
    def retrieve(self, request: Request, **kwargs: Any) -> Response:
        """Return the active policy, or the version of a moment; the first request creates the default one."""
        as_of = parse_as_of(request.query_params)
        if as_of is None:
            return self.respond(policies.current(self.project), PolicySerializer)
        # Without an ETag, which would be that of a version that no request can change.
        data = self.serialize(policies.version_at(self.project, as_of.before), PolicySerializer)
        return respond_as_of(data, as_of, exact_since=self.project.created_at)

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
        return with_warnings(self.respond(policy, PolicySerializer), ignored_parts(body["config"]))

    @extend_schema(
        summary="Test a policy",
        parameters=[OpenApiParameter("simulate", str, enum=["true", "false"])],
        request=TestPolicyRequestSerializer,
        responses=PolicyTestResultSerializer,
    )
    def test(self, request: Request, **kwargs: Any) -> Response:
        """Return what the config would do, without a change."""
        simulate = request.query_params.get("simulate", "false")
        if simulate not in ("true", "false"):
            raise InvalidParams(details={"simulate": ["Use true or false."]})
        config = self.validated_body(TestPolicyRequestSerializer)["config"]
        result = plans.test(self.project, config)
        if simulate == "true":
            result |= plans.simulate(policies.current(self.project), config)
        return with_warnings(Response(result), ignored_parts(config))


class CommandCenterViewSet(ProjectViewSet):
    """An overview of a project."""

    conditional_actions = frozenset()

    @extend_schema(
        summary="Read the command center", parameters=[AS_OF_PARAMETER], responses=CommandCenterSerializer
    )
    def retrieve(self, request: Request, **kwargs: Any) -> Response:
        """Return counts of findings and tasks, the latest scan and the number of overdue tasks."""
        as_of = parse_as_of(request.query_params)
        found = queries.command_center(self.project, as_of)
        return respond_with_counts(self.project, self.serialize(found, CommandCenterSerializer), as_of)


class CheckViewSet(ProjectViewSet):
    """The checks of this installation."""

    @extend_schema(
        summary="List checks with the policy applied and their reliability",
        responses=CheckSerializer(many=True),
    )
    def list(self, request: Request, **kwargs: Any) -> Response:
        """Return all checks, in the order of the registry."""
        return Response([self.serialize(check, CheckSerializer) for check in catalogue(self.project)])
