from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse

from accounts.admin.actor import staff_actor
from bulk_changes import services
from bulk_changes.admin.actions import change_refusal, result_message, with_undo_button
from bulk_changes.admin.values import effects_in_words, owner_names, with_details
from bulk_changes.errors import BulkChangeUndone, NotUndoable
from bulk_changes.models import BulkChange
from bulk_changes.subjects import get_subject
from krafter_audit.admin.base import (
    MAX_ACTION_ROWS,
    AutocompleteFilter,
    ReadOnlyAdmin,
)
from krafter_audit.api.errors import ApiError
from krafter_audit.displayed_times import time_element

MAX_ROWS = 100  # shown on the page


@admin.register(BulkChange)
class BulkChangeAdmin(ReadOnlyAdmin):
    empty_text = "Changes of many findings or tasks at once are listed here, where they can be undone."
    list_display = ("__str__", "project", "organization", "created_by", "refused", "undone", "age")
    list_filter = ("subject", "action", ("project", AutocompleteFilter))
    list_select_related = ("project__organization", "created_by", "undone_by")
    actions: ClassVar[list[str]] = ["undo"]
    tones: ClassVar = {"undo": "primary"}
    fields = (
        "project", "subject", "action", "values", "matched", "changed", "refused", "created_by", "undoes",
        "undone", "created",
    )  # fmt: skip

    @admin.display(description="undone")
    def undone(self, bulk_change: BulkChange) -> str:
        return "yes" if bulk_change.is_undone else "no"

    @admin.display(description="created")
    def created(self, bulk_change: BulkChange) -> str:
        return time_element(bulk_change.created_at)

    @admin.display(description="values")
    def values(self, bulk_change: BulkChange) -> str:
        owners = owner_names([bulk_change.changes.get("owner_id")])
        return ", ".join(
            f"{field}: {value}"
            for field, _, value in effects_in_words({}, with_details(bulk_change.changes), owners)
        )

    def refusals(self, request: HttpRequest, row: BulkChange) -> dict[str, str]:
        if row.is_undone:
            return {"undo": BulkChangeUndone.message}
        return {"undo": NotUndoable.message} if row.action == BulkChange.Action.DELETE else {}

    def detail_context(self, request: HttpRequest, row: BulkChange) -> dict[str, Any]:
        rows = list(row.rows.order_by("refusal", "pk")[:MAX_ROWS])
        model = get_subject(row.subject).model
        titles = dict(
            model._default_manager.filter(
                pk__in=[changed_row.subject_id for changed_row in rows]
            ).values_list("pk", "title")
        )
        owners = owner_names(values.get("owner_id") for row in rows for values in (row.before, row.after))
        page = f"admin:{model._meta.app_label}_{model._meta.model_name}_change"
        return {
            "rows": [
                {
                    "title": titles.get(changed_row.subject_id),
                    "id": changed_row.subject_id,
                    "url": reverse(page, args=[changed_row.subject_id]),
                    "effects": effects_in_words(changed_row.before, changed_row.after, owners),
                    "refusal": changed_row.refusal,
                }
                for changed_row in rows
            ],
            "more": max(0, row.changed + row.refused - MAX_ROWS),
        }

    @admin.action(description="Undo", permissions=["operate"])
    def undo(self, request: HttpRequest, queryset: QuerySet[BulkChange]) -> None:
        results, errors = [], []
        for bulk_change in queryset.select_related("project").order_by("-pk")[:MAX_ACTION_ROWS]:
            try:
                opts = get_subject(bulk_change.subject).model._meta
                refusal = change_refusal(request, opts, bulk_change.project)
                if refusal is not None:
                    raise refusal
                results.append(services.undo(bulk_change.pk, by=staff_actor(request)))
            except ApiError as error:
                errors.append(error.message)
        for sentence in sorted(set(errors)):
            self.message_user(request, sentence, messages.ERROR)
        if results:
            undone = [result.bulk_change for result in results]
            # The undo of a creation deletes the rows, which cannot be undone.
            restored = [change for change in undone if change.action != BulkChange.Action.DELETE]
            verb = "restored" if restored else "deleted"
            sentence = result_message([result.summary for result in results], undone[0].subject, verb)
            can_be_undone = [change for change in restored if change.changed]
            level = (
                messages.SUCCESS if any(bulk_change.changed for bulk_change in undone) else messages.WARNING
            )
            self.message_user(request, with_undo_button(request, sentence, can_be_undone), level)
