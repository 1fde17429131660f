from typing import Any

from django.db.models import Prefetch
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.viewsets import ProjectViewSet, uuid_or_404
from assurance.filters import DeployFilter, GuardWindowFilter
from assurance.models import Deploy, GuardRun, GuardWindow, PullRequest
from assurance.serializers import (
    DeploySerializer,
    GuardWindowSerializer,
    GuardWindowWithRunsSerializer,
    PullRequestSerializer,
    RecordDeployRequestSerializer,
)
from assurance.services import deploys, guard_windows
from krafter_audit.api.errors import NotFound
from krafter_audit.api.lists.filters import list_parameters
from remediation.models import Task

RUNS = Prefetch("runs", GuardRun.objects.order_by("due_at", "id"))


class DeployViewSet(ProjectViewSet):
    """The deploys of a project."""

    @extend_schema(
        summary="List deploys, newest first",
        parameters=list_parameters(DeployFilter),
        responses=DeploySerializer(many=True),
    )
    def list(self, request: Request, **kwargs: Any) -> Response:
        """Return a page."""
        return self.respond_list(
            Deploy.objects.filter(project=self.project),
            DeploySerializer,
            DeployFilter,
        )

    @extend_schema(
        summary="Report a deploy",
        request=RecordDeployRequestSerializer,
        responses={201: DeploySerializer, 200: DeploySerializer},
    )
    def create(self, request: Request, **kwargs: Any) -> Response:
        """Record a deploy, or the end of one; guarded findings are checked again when it has finished."""
        body = self.validated_body(RecordDeployRequestSerializer)
        deploy, created = deploys.record(self.project, by=self.actor, **body)
        return self.respond(deploy, DeploySerializer, status=201 if created else 200)

    @extend_schema(summary="Read a deploy", responses=DeploySerializer)
    def retrieve(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Return the deploy."""
        return self.respond_row(pk, DeploySerializer)


class PullRequestViewSet(ProjectViewSet):
    """The pull request of a task."""

    @extend_schema(summary="Read the pull request of a task", responses=PullRequestSerializer)
    def retrieve(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Return whether it was merged, and the deploy that contains its commit."""
        task = self.get_row(Task.objects.only("id"), pk)
        row = PullRequest.objects.filter(task=task).first()
        if row is None:
            raise NotFound("The task has no pull request that is followed.")
        return self.respond(row, PullRequestSerializer)


class GuardWindowViewSet(ProjectViewSet):
    """The guard windows of a project."""

    @extend_schema(
        summary="List guard windows, newest first",
        parameters=list_parameters(GuardWindowFilter),
        responses=GuardWindowSerializer(many=True),
    )
    def list(self, request: Request, **kwargs: Any) -> Response:
        """Return a page, without the runs."""
        return self.respond_list(
            GuardWindow.objects.filter(project=self.project),
            GuardWindowSerializer,
            GuardWindowFilter,
        )

    @extend_schema(summary="Read a guard window", responses=GuardWindowWithRunsSerializer)
    def retrieve(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Return the guard window with its runs."""
        window = self.get_row(GuardWindow.objects.prefetch_related(RUNS), pk)
        return self.respond_with_content_etag(self.serialize(window, GuardWindowWithRunsSerializer))

    @extend_schema(summary="Cancel a guard window", request=None, responses=GuardWindowSerializer)
    def cancel(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Cancel an open guard window: its finding stays resolved and is not checked again."""
        self.require_empty_body()
        window = guard_windows.cancel(uuid_or_404(pk), project=self.project, by=self.actor)
        return self.respond(window, GuardWindowSerializer)
