from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, reverse

from accounts.admin.actor import staff_actor
from accounts.viewsets import uuid_or_404
from krafter_audit.admin.base import ServiceModelAdmin
from krafter_audit.admin.forms import error_text
from krafter_audit.api.errors import ApiError, InvalidParams, NotFound
from krafter_audit.api.etags import etag_for
from krafter_audit.api.serializers import RequestSerializer
from remediation.collaboration import queries, services
from remediation.collaboration.serializers import CommentRequestSerializer, LabelsRequestSerializer
from remediation.models import MAX_COMMENT_LENGTH, MAX_LABEL_LENGTH, Task, TaskComment

MAX_COMMENTS = 100  # on the page


class CollaborationPages(ServiceModelAdmin):
    """Only its author changes and deletes a comment."""

    def get_urls(self) -> list[URLPattern]:
        return [
            self.page_url("comments", self.comments_view),
            self.page_url("labels", self.labels_view),
            *super().get_urls(),
        ]

    def collaboration(self, request: HttpRequest, task: Task) -> dict[str, Any]:
        comments = queries.comments_of(task).order_by("-pk")
        labels = task.label_names
        return {
            "may_comment": self.may(request, "change", task),
            "comments": [(comment, _is_edited(comment)) for comment in comments[:MAX_COMMENTS]][::-1],
            "more_comments": max(0, comments.count() - MAX_COMMENTS),
            "max_comment": MAX_COMMENT_LENGTH,
            "labels": labels,
            "max_label": MAX_LABEL_LENGTH,
            "known_labels": [name for name in queries.label_names(task.project) if name not in labels],
        }

    def comments_view(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Add a comment (`body`); with `comment` change it, or with `delete` too delete it once it is `confirmed`."""
        task = self.row_to_change(request, pk)
        if "delete" in request.POST and "confirmed" not in request.POST:
            return self._confirm_deletion(request, task)
        return self._change(request, task, lambda: _comment(request, task), "comments")

    def labels_view(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Add the label `add`, or remove `remove`."""
        task = self.row_to_change(request, pk)
        return self._change(request, task, lambda: _label(request, task), "labels")

    def _change(
        self, request: HttpRequest, task: Task, change: Callable[[], str], section: str
    ) -> HttpResponse:
        if request.method == "POST":
            try:
                self.message_user(request, change(), messages.SUCCESS)
            except ApiError as error:
                self.message_user(request, error_text(error), messages.ERROR)
        return HttpResponseRedirect(f"{_page_of(task)}#{section}")

    def _confirm_deletion(self, request: HttpRequest, task: Task) -> HttpResponse:
        try:
            comment = queries.get_comment(task, uuid_or_404(request.POST.get("comment", "")))
        except NotFound:
            raise Http404 from None
        template, back = "admin/remediation/task/delete_comment.html", f"{_page_of(task)}#comments"
        return self.page(request, template, title="Delete the comment?", comment=comment, back=back)


def _comment(request: HttpRequest, task: Task) -> str:
    by, comment_id = staff_actor(request), request.POST.get("comment")
    if "delete" in request.POST:
        services.delete_comment(task, uuid_or_404(comment_id or ""), by=by)
        return "Comment deleted."
    body = _validated(CommentRequestSerializer, {"body": request.POST.get("body", "")})["body"]
    if comment_id:
        services.edit_comment(task, uuid_or_404(comment_id), body=body, by=by)
        return "Comment changed."
    services.add_comment(task, body=body, by=by)
    return "Comment added."


def _label(request: HttpRequest, task: Task) -> str:
    added, removed = request.POST.get("add", "").strip(), request.POST.get("remove", "")
    if not added and not removed:
        raise InvalidParams("Enter a label.")
    names = [name for name in task.label_names if name != removed] + ([added] if added else [])
    body = _validated(LabelsRequestSerializer, {"labels": names})
    # Another person may have changed the labels since the task was read.
    services.set_labels(
        task.pk, project=task.project, names=body["labels"], by=staff_actor(request), if_match=etag_for(task)
    )
    return f"Label “{added}” added." if added else f"Label “{removed}” removed."


def _validated(serializer_class: type[RequestSerializer], body: dict[str, Any]) -> dict[str, Any]:
    serializer = serializer_class(data=body)
    if not serializer.is_valid():
        raise InvalidParams(" ".join(_sentences(dict(serializer.errors))))
    return dict(serializer.validated_data)


def _is_edited(comment: TaskComment) -> bool:
    # Both times are set by a creation, one after the other.
    return comment.updated_at - comment.created_at > timedelta(seconds=1)


def _sentences(errors: Any) -> list[str]:
    # Without the names of fields and the positions in lists: a form has one field.
    if isinstance(errors, str):
        return [str(errors)]
    inner = errors.values() if isinstance(errors, dict) else errors
    return [line for error in inner for line in _sentences(error)]


def _page_of(task: Task) -> str:
    return reverse("admin:remediation_task_change", args=[task.pk])
