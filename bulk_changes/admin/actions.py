from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.template.defaultfilters import pluralize
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.timezone import is_aware

from accounts.admin.actor import staff_actor
from accounts.errors import ProjectArchived
from accounts.models import Project
from bulk_changes import services
from bulk_changes.admin.forms import SetValuesForm
from bulk_changes.admin.values import (
    effects_in_words,
    owner_names,
    with_details,
)
from bulk_changes.decisions import Decision, Summary
from bulk_changes.models import BulkChange
from bulk_changes.services import BulkChangeResult
from bulk_changes.subjects import Subject
from krafter_audit.admin.actions import chosen_action_label, selection_page
from krafter_audit.admin.base import ServiceModelAdmin
from krafter_audit.admin.field_values import field_label, value_in_words
from krafter_audit.admin.row_permissions import NOT_ALLOWED
from krafter_audit.api.errors import ApiError, Forbidden, InvalidParams

MAX_PROJECTS = 100  # of one action: each has its own bulk change
type Selection = list[tuple[Project, list[UUID]]]


def status_action(description: str, status: Any) -> Callable[..., HttpResponse | None]:
    """Make an action of `BulkActions` that sets a status: an entry of the choices of the model."""

    @admin.action(description=description, permissions=["operate"])
    def action(
        model_admin: BulkActions, request: HttpRequest, queryset: QuerySet[Any]
    ) -> HttpResponse | None:
        def set_status(row: Any) -> str:
            model_admin.update_row(row.pk, changes={"status": status.value}, by=staff_actor(request))
            return f"{status.label.lower()}."

        if "_back" not in request.POST:
            return model_admin.change_rows(request, queryset, {"status": status.value})
        # From the page of a row: without a preview.
        model_admin.run_for_each(request, queryset, set_status)
        return None

    return action


class BulkActions(ServiceModelAdmin):
    """Actions that change the selected rows, or all that match, by `bulk_changes.services`."""

    bulk_subject: ClassVar[Subject]
    update_row: ClassVar[Callable[..., Any]]  # the service that changes one row
    set_values_form: ClassVar[type[SetValuesForm]]
    list_disable_select_all = False
    list_only_actions = frozenset({"set_values"})

    @admin.action(description="Set values…", permissions=["operate"])
    def set_values(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        selection = self.selection(request, queryset)
        if selection is None:
            return None
        sent = request.POST if "set_values" in request.POST else None
        form = self.set_values_form(sent, organizations={project.organization_id for project, _ in selection})
        if not form.is_valid():
            if self.refuse_all(request, selection):
                return None
            template = "admin/bulk_changes/set_values.html"
            rows = sum(len(pks) for _, pks in selection)
            return self.selection_page(request, template, form=form, rows=rows)
        return self.change_selection(request, selection, form.changes)

    def change_rows(
        self, request: HttpRequest, rows: QuerySet[Any], changes: Mapping[str, Any]
    ) -> HttpResponse | None:
        """Show a preview of the change; after confirmation change the rows and show one message."""
        selection = self.selection(request, rows)
        return None if selection is None else self.change_selection(request, selection, changes)

    def change_selection(
        self,
        request: HttpRequest,
        selection: Selection,
        changes: Mapping[str, Any],
        details: Mapping[str, Any] | None = None,
    ) -> HttpResponse | None:
        """Preview or make a change of selected rows, as `change_rows`; `services.change` gets the `details`."""
        if "confirmed" not in request.POST:
            if self.refuse_all(request, selection):
                return None
            return self._preview(request, selection, changes, details or {})
        seen_at = _time_of_preview(request)
        results, refused = [], Summary()
        for project, pks in selection:
            error = self.project_refusal(request, project)
            if error is None:
                results.append(
                    services.change(
                        project,
                        self.bulk_subject,
                        pks,
                        changes=changes,
                        by=staff_actor(request),
                        unchanged_since=seen_at,
                        details=details,
                    )
                )
            else:
                refused.add(_refusals(pks, error), self.bulk_subject)
        self._report(request, results, refused)
        return None

    def selection(self, request: HttpRequest, rows: QuerySet[Any]) -> Selection | None:
        """Return the ids of the rows by project; None, with a message, if there are too many."""
        found = rows.order_by("pk").values_list("project_id", "pk")[: services.MAX_ROWS + 1]
        by_project: dict[UUID, list[UUID]] = {}
        for project_id, pk in found:
            by_project.setdefault(project_id, []).append(pk)
        try:
            services.require_within_limit([pk for pks in by_project.values() for pk in pks])
            if len(by_project) > MAX_PROJECTS:
                raise InvalidParams(f"Select rows of at most {MAX_PROJECTS} projects.")
        except ApiError as error:
            self.message_user(request, error.message, messages.ERROR)
            return None
        projects = Project.objects.select_related("organization").in_bulk(by_project)
        return [(projects[project_id], pks) for project_id, pks in by_project.items()]

    def selection_of_one_project(
        self, request: HttpRequest, rows: QuerySet[Any], *, problem: str
    ) -> tuple[Project, list[UUID]] | None:
        """Return the project of the rows, and their ids; None, with a message, if the user may not change them.

        `problem` is the message about rows of several projects.
        """
        selection = self.selection(request, rows)
        if selection is None:
            return None
        if len(selection) != 1:
            self.message_user(request, problem, messages.ERROR)
            return None
        [(project, pks)] = selection
        error = self.project_refusal(request, project)
        if error is not None:
            self.message_user(request, error.message, messages.ERROR)
            return None
        return project, pks

    def project_refusal(self, request: HttpRequest, project: Project) -> ApiError | None:
        """Return why the user may not change rows of the project."""
        return change_refusal(request, self.opts, project)

    def refuse_all(self, request: HttpRequest, selection: Selection) -> bool:
        """Show why no row may be changed; False if some may, and the preview says which.

        Called before values are requested: they could not be saved.
        """
        refusals = [(pks, self.project_refusal(request, project)) for project, pks in selection]
        refused = Summary()
        for pks, error in refusals:
            if error is None:
                return False
            refused.add(_refusals(pks, error), self.bulk_subject)
        self._report(request, [], refused)
        return True

    def _preview(
        self,
        request: HttpRequest,
        selection: Selection,
        changes: Mapping[str, Any],
        details: Mapping[str, Any],
    ) -> HttpResponse:
        # Before the rows are read: a row that changes meanwhile counts as changed after the preview.
        seen_at, summary = timezone.now(), Summary()
        for project, pks in selection:
            error = self.project_refusal(request, project)
            if error is None:
                services.preview(project, self.bulk_subject, pks, changes=changes, summary=summary)
            else:
                summary.add(_refusals(pks, error), self.bulk_subject)
        owners = owner_names(id for name, *ids in summary.effects if name == "owner_id" for id in ids)
        context = {
            "summary": summary,
            "seen_at": seen_at.isoformat(),
            "effects": _effect_rows(summary, owners),
            "details": [
                (field_label(name), value_in_words(name, value, owners))
                for name, value in with_details(details).items()
            ],
            "consequences": Counter(summary.consequences.values()).most_common(),
            "reasons": summary.reasons.most_common(),
            "examples": [
                (decision, self._url(decision), effects_in_words(decision.before, decision.after, owners))
                for decision in summary.examples
            ],
            "refusals": [(decision, self._url(decision)) for decision in summary.refusals],
            "sent": _sent_values(request),
        }
        return self.selection_page(request, "admin/bulk_changes/preview.html", **context)

    def selection_page(self, request: HttpRequest, template: str, **context: Any) -> TemplateResponse:
        """Return a page between the list and an action; its form includes `selection.html`."""
        title = chosen_action_label(self, request).removesuffix("…")
        return selection_page(self, request, template, title=title, **context)

    def _url(self, decision: Decision) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[decision.pk])

    def _report(self, request: HttpRequest, results: list[BulkChangeResult], refused: Summary) -> None:
        summaries = [*(result.summary for result in results), refused]
        changed = sum(summary.changed for summary in summaries)
        sentence = result_message(summaries, self.bulk_subject.name, "changed")
        bulk_changes = [result.bulk_change for result in results if result.bulk_change.changed]
        level = messages.SUCCESS if changed else messages.WARNING
        self.message_user(request, with_undo_button(request, sentence, bulk_changes), level)


def change_refusal(request: HttpRequest, opts: Any, project: Project) -> ApiError | None:
    """Return why the user may not change rows of a model (by its `_meta`) in a project."""
    user: Any = request.user
    permission = f"{opts.app_label}.change_{opts.model_name}"
    if not user.is_superuser and not user.has_perm(permission, project.organization_id):
        return Forbidden(NOT_ALLOWED.capitalize())
    return ProjectArchived() if project.archived_at else None


def _time_of_preview(request: HttpRequest) -> datetime | None:
    try:
        seen_at = datetime.fromisoformat(request.POST.get("seen_at", ""))
    except ValueError:
        return None
    return seen_at if is_aware(seen_at) else None


def _effect_rows(summary: Summary, owners: Mapping[str, str]) -> list[tuple[str, str, str, int]]:
    return [
        (field_label(name), value_in_words(name, before, owners), value_in_words(name, after, owners), rows)
        for (name, before, after), rows in summary.effects.most_common()
    ]


def _refusals(pks: list[UUID], error: ApiError) -> list[Decision]:
    return [Decision(pk, {}, {}, {}, error) for pk in pks]


def _sent_values(request: HttpRequest) -> list[tuple[str, str]]:
    own = {"csrfmiddlewaretoken", "action", "select_across", "_selected_action", "index"}
    return [
        (name, value) for name, value in request.POST.items() if name not in own and isinstance(value, str)
    ]


def result_message(summaries: list[Summary], name: str, verb: str) -> str:
    """Return what happened in one sentence: `17 findings changed, 2 refused: reason (2).`"""
    changed = sum(summary.changed for summary in summaries)
    unchanged = sum(summary.unchanged for summary in summaries)
    refused = sum(summary.refused for summary in summaries)
    reasons = sum((summary.reasons for summary in summaries), Counter[str]())
    sentence = f"{changed:,} {name}{pluralize(changed)} {verb}"
    if unchanged:
        sentence += f", {unchanged:,} already had the values"
    if refused:
        listed = " ".join(f"{reason} ({rows:,})" for reason, rows in reasons.most_common())
        return f"{sentence}, {refused:,} refused: {listed}"
    return f"{sentence}."


def with_undo_button(request: HttpRequest, sentence: str, bulk_changes: list[BulkChange]) -> SafeString:
    """Return a message with a button that undoes the bulk changes."""
    context = {
        "sentence": sentence,
        "bulk_changes": bulk_changes,
        "csrf_token": get_token(request),
        "back": request.get_full_path(),
    }
    return render_to_string("admin/bulk_changes/message.html", context)
