from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.viewsets import ProjectViewSet, uuid_or_404
from events.serializers import EventSerializer
from krafter_audit.api.lists.filters import CURSOR_PARAMETER, LIMIT_PARAMETER, ListFilter, list_parameters
from krafter_audit.api.lists.pagination import QuerySetListing, paginate_by_cursor
from remediation.collaboration import queries, services
from remediation.collaboration.serializers import (
    CommentRequestSerializer,
    CommentSerializer,
    LabelsRequestSerializer,
    LabelsSerializer,
)
from remediation.models import Task


class TaskPartViewSet(ProjectViewSet):
    """A view of something that belongs to one task."""

    def get_task(self, pk: str) -> Task:
        """Return the task of the project. Raises NotFound."""
        task = self.get_row(Task.objects.all(), pk)
        task.project = self.project
        return task


class CommentViewSet(TaskPartViewSet):
    """The comments on a task."""

    @extend_schema(
        summary="List the comments on a task, newest first",
        parameters=list_parameters(ListFilter, sort=("created_at",)),
        responses=CommentSerializer(many=True),
    )
    def list(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Return a page."""
        task = self.get_task(pk)
        return self.respond_list(
            queries.comments_of(task),
            CommentSerializer,
            ListFilter,
            sort=("created_at",),
            parent=str(task.pk),
        )

    @extend_schema(
        summary="Comment on a task", request=CommentRequestSerializer, responses={201: CommentSerializer}
    )
    def create(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Add a comment; its author is the user of the API key."""
        task = self.get_task(pk)
        body = self.validated_body(CommentRequestSerializer)["body"]
        comment = services.add_comment(task, body=body, by=self.actor)
        response = self.respond(comment, CommentSerializer, status=201)
        response["location"] = f"{request.path}/{comment.pk}"
        return response

    @extend_schema(summary="Read a comment", responses=CommentSerializer)
    def retrieve(self, request: Request, pk: str, comment_id: str, **kwargs: Any) -> Response:
        """Return the comment."""
        comment = queries.get_comment(self.get_task(pk), uuid_or_404(comment_id))
        return self.respond(comment, CommentSerializer)

    @extend_schema(summary="Change a comment", request=CommentRequestSerializer, responses=CommentSerializer)
    def partial_update(self, request: Request, pk: str, comment_id: str, **kwargs: Any) -> Response:
        """Replace the text; only its author may."""
        task = self.get_task(pk)
        comment = queries.get_comment(task, uuid_or_404(comment_id))
        body = self.validated_body(CommentRequestSerializer)["body"]
        edited = services.edit_comment(task, comment.pk, body=body, by=self.actor, if_match=self.if_match)
        return self.respond(edited, CommentSerializer)

    @extend_schema(summary="Delete a comment", request=None, responses={200: CommentSerializer})
    def destroy(self, request: Request, pk: str, comment_id: str, **kwargs: Any) -> Response:
        """Delete the comment; only its author may."""
        task = self.get_task(pk)
        deleted = services.delete_comment(
            task, uuid_or_404(comment_id), by=self.actor, if_match=self.if_match
        )
        return self.respond(deleted, CommentSerializer)


class TaskLabelsViewSet(TaskPartViewSet):
    """The labels of a task."""

    @extend_schema(summary="Read the labels of a task", responses=LabelsSerializer)
    def retrieve(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Return the labels, with the ETag of the task."""
        return self._present(self.get_task(pk))

    @extend_schema(
        summary="Replace the labels of a task", request=LabelsRequestSerializer, responses=LabelsSerializer
    )
    def update(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Set the labels; a new name creates a label of the project."""
        task = self.get_task(pk)
        names = self.validated_body(LabelsRequestSerializer)["labels"]
        changed = services.set_labels(
            task.pk, project=self.project, names=names, by=self.actor, if_match=self.if_match
        )
        return self._present(changed)

    def _present(self, task: Task) -> Response:
        return self.respond({"labels": task.label_names}, LabelsSerializer, of=task)


class LabelViewSet(ProjectViewSet):
    """The labels of a project."""

    conditional_actions = frozenset()

    @extend_schema(
        operation_id="get_labels", summary="Read the labels of a project", responses=LabelsSerializer
    )
    def retrieve(self, request: Request, **kwargs: Any) -> Response:
        """Return the names of all labels that a task has."""
        return Response(self.serialize({"labels": queries.label_names(self.project)}, LabelsSerializer))


class TaskHistoryViewSet(TaskPartViewSet):
    """The history of a task."""

    @extend_schema(
        operation_id="list_task_history",
        summary="List the events of a task and its verifications, newest first",
        parameters=[LIMIT_PARAMETER, CURSOR_PARAMETER],
        responses=EventSerializer(many=True),
    )
    def list(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Return a page."""
        task = self.get_task(pk)
        page = paginate_by_cursor(
            QuerySetListing(queries.history_of(task), order=("at", "id")),
            request.query_params,
            bound_to=f"history {task.pk}",
        )
        return self.respond_page(page, EventSerializer)
