from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.viewsets import ProjectViewSet, uuid_or_404
from campaigns import services
from campaigns.burn_down import burn_down
from campaigns.filters import CampaignFilter
from campaigns.models import Campaign
from campaigns.queries import progress_of
from campaigns.serializers import (
    CampaignBurnDownSerializer,
    CampaignSerializer,
    CampaignTasksRequestSerializer,
    CampaignTasksResultSerializer,
    CampaignWithProgressSerializer,
    CreateCampaignRequestSerializer,
    ProgressSerializer,
    UpdateCampaignRequestSerializer,
)
from krafter_audit.api.lists.filters import TIME_FIELDS, include_parameter, included, list_parameters
from remediation.filters import tasks_matching

SORT_FIELDS = (*TIME_FIELDS, "due_date")
INCLUDE_PROGRESS = ("progress",)


class CampaignViewSet(ProjectViewSet):
    """The campaigns of a project."""

    @extend_schema(
        summary="List campaigns, newest first",
        parameters=list_parameters(CampaignFilter, sort=SORT_FIELDS, include=INCLUDE_PROGRESS),
        responses=CampaignWithProgressSerializer(many=True),
    )
    def list(self, request: Request, **kwargs: Any) -> Response:
        """Return a page."""
        with_progress = included(request.query_params, INCLUDE_PROGRESS)
        response = self.respond_list(
            Campaign.objects.filter(project=self.project),
            CampaignSerializer,
            CampaignFilter,
            sort=SORT_FIELDS,
        )
        if with_progress:
            self._add_progress(response.data.rows)
        return response

    @extend_schema(
        summary="Read a campaign",
        parameters=[include_parameter(INCLUDE_PROGRESS)],
        responses=CampaignWithProgressSerializer,
    )
    def retrieve(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Return the campaign."""
        if not included(request.query_params, INCLUDE_PROGRESS):
            return self.respond_row(pk, CampaignSerializer)
        data = self.serialize(self.get_row(Campaign.objects.all(), pk), CampaignSerializer)
        self._add_progress([data])
        # Without an ETag, which would say nothing about the tasks.
        return Response(data)

    def _add_progress(self, rows: Sequence[dict[str, Any]]) -> None:
        found = progress_of([row["id"] for row in rows])
        progress = {str(pk): campaign_progress for pk, campaign_progress in found.items()}
        for row in rows:
            row["progress"] = self.serialize(progress[str(row["id"])], ProgressSerializer)

    @extend_schema(summary="Read the burn-down of a campaign", responses=CampaignBurnDownSerializer)
    def burn_down(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Return the tasks and the open ones by day since the creation of the campaign, at most the last 90 days."""
        days = burn_down(self.get_row(Campaign.objects.all(), pk))
        return Response(self.serialize({"days": days}, CampaignBurnDownSerializer))

    @extend_schema(
        summary="Create a campaign",
        request=CreateCampaignRequestSerializer,
        responses={201: CampaignSerializer, 200: CampaignTasksResultSerializer},
    )
    def create(self, request: Request, **kwargs: Any) -> Response:
        """Create a campaign of the tasks that `ids` or `filter` select; with `dry_run` only say how many they are."""
        body = self.validated_body(CreateCampaignRequestSerializer)
        task_ids = self._selected(body)
        if body.pop("dry_run"):
            return self._respond_dry_run(services.preview_tasks(task_ids, campaign=None, is_removal=False))
        fields = {name: value for name, value in body.items() if name not in ("ids", "filter")}
        campaign = services.create(self.project, task_ids=task_ids, by=self.actor, **fields)
        return self.respond(campaign, CampaignSerializer, status=201)

    @extend_schema(
        summary="Change a campaign", request=UpdateCampaignRequestSerializer, responses=CampaignSerializer
    )
    def partial_update(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Change the fields that were sent."""
        found = self.get_row(Campaign.objects.only("id"), pk)
        campaign = services.update(
            found.pk,
            project=self.project,
            changes=self.validated_body(UpdateCampaignRequestSerializer),
            by=self.actor,
            if_match=self.if_match,
        )
        return self.respond(campaign, CampaignSerializer)

    @extend_schema(
        summary="Add tasks to a campaign",
        request=CampaignTasksRequestSerializer,
        responses={200: CampaignTasksResultSerializer},
    )
    def add_tasks(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Add the tasks that `ids` or `filter` select; with `dry_run` only say how many would be added."""
        return self._change_tasks(pk, services.add_tasks, is_removal=False)

    @extend_schema(
        summary="Remove tasks from a campaign",
        request=CampaignTasksRequestSerializer,
        responses={200: CampaignTasksResultSerializer},
    )
    def remove_tasks(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Remove the tasks that `ids` or `filter` select; with `dry_run` only say how many would be removed."""
        return self._change_tasks(pk, services.remove_tasks, is_removal=True)

    def _change_tasks(
        self, pk: str, change: Callable[..., services.TaskSelection], *, is_removal: bool
    ) -> Response:
        campaign = self.get_row(Campaign.objects.all(), pk)
        body = self.validated_body(CampaignTasksRequestSerializer)
        task_ids = self._selected(body)
        if body["dry_run"]:
            return self._respond_dry_run(
                services.preview_tasks(task_ids, campaign=campaign, is_removal=is_removal)
            )
        changed = change(campaign.pk, project=self.project, task_ids=task_ids, by=self.actor)
        return Response(self.serialize(changed, CampaignTasksResultSerializer))

    def _selected(self, body: dict[str, Any]) -> Sequence[UUID]:
        return tasks_matching(self.project, body) if {"ids", "filter"} & set(body) else []

    def _respond_dry_run(self, selection: services.TaskSelection) -> Response:
        context = {**self.serializer_context, "dry_run": True}
        return Response(CampaignTasksResultSerializer(selection, context=context).data)

    @extend_schema(summary="Archive a campaign", request=None, responses=CampaignSerializer)
    def archive(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Archive the campaign: its tasks stay as they are."""
        self.require_empty_body()
        campaign = services.archive(uuid_or_404(pk), project=self.project, by=self.actor)
        return self.respond(campaign, CampaignSerializer)

    @extend_schema(summary="Restore a campaign", request=None, responses=CampaignSerializer)
    def restore(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Make an archived campaign active again."""
        self.require_empty_body()
        campaign = services.restore(uuid_or_404(pk), project=self.project, by=self.actor)
        return self.respond(campaign, CampaignSerializer)
