"""What every page of the admin is built on: lists of a constant cost, and changes that go through services.

Nobody deletes a row that the record depends on, nobody assigns a status: actions and forms call the services,
and what a service refuses is told with its sentence.
"""

import json
from collections.abc import Callable
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.admin import ActionLocation, ShowFacets
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.views.main import ERROR_FLAG
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.core.paginator import Paginator
from django.core.serializers.json import DjangoJSONEncoder
from django.db import InterfaceError, OperationalError, models
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin, StackedInline
from unfold.contrib.filters.admin import AutocompleteSelectFilter
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextareaWidget

from krafter_audit.admin.forms import reason
from krafter_audit.api.errors import ApiError, Unavailable
from krafter_audit.db.fields import VerbatimJSONField

MOST_COUNTED = 10_000
MOST_FOUND = 1000  # by what a title begins with
MOST_ACTED_ON = 200  # rows of one action: it runs within one request

WRAPPED = "white-space: pre-wrap; overflow-wrap: anywhere; max-width: 100%"

GOOD, BAD, WAITING, UNDER_WAY, QUIET = "success", "danger", "warning", "info", "primary"


class BoundedPaginator(Paginator):
    """Counts to 10,000 and no further: a page costs the same at a thousand rows and at a million."""

    template_name = "admin/bounded_pagination.html"

    @cached_property
    def count(self) -> int:
        """Return how many rows there are, at most 10,000."""
        if not isinstance(self.object_list, QuerySet):
            return len(self.object_list)
        return self.object_list.order_by()[:MOST_COUNTED].count()

    @property
    def counted_all(self) -> bool:
        """Whether `count` is the whole truth."""
        return self.count < MOST_COUNTED


class ReadableEncoder(DjangoJSONEncoder):
    """JSON that a person can read and edit."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{**options, "indent": 2, "ensure_ascii": False})


JSON_FORM: dict[str, Any] = {
    "encoder": ReadableEncoder,
    "widget": UnfoldAdminTextareaWidget,
    "show_hidden_initial": False,
}


def pretty(value: Any) -> SafeString:
    """Show JSON over many lines."""
    text = value if isinstance(value, str) else json.dumps(value, cls=ReadableEncoder)
    return format_html('<pre class="text-xs" style="{}">{}</pre>', WRAPPED, text)


def badge(field: str, colours: dict[str, str]) -> Callable[[Any], str]:
    """Return a column that shows a word of `field` on its colour."""

    def column(row: Any) -> str:
        return str(getattr(row, field))

    column.__name__ = field
    return display(description=field.replace("_", " "), label=colours)(column)


class RelatedFilter(AutocompleteSelectFilter):
    """Filters by a related row that is searched for; the rows to choose from are never all loaded."""

    def field_choices(self, *args: Any) -> list[tuple[str, str]]:
        """Load nothing."""
        return []

    def has_output(self) -> bool:
        """Show the search field always."""
        return True


class RecordAdmin(ModelAdmin):
    """Rows in the admin: the newest first, never deleted, changed through services alone."""

    # UUIDv7 sorts by time, and the primary key is the one index that needs no filter before it.
    ordering = ("-pk",)
    list_per_page = list_max_show_all = 50
    paginator = BoundedPaginator
    show_full_result_count = False
    show_facets = ShowFacets.NEVER  # a count for each choice of a filter reads the whole table
    sortable_by: ClassVar[Any] = ()
    list_disable_select_all = True
    list_filter_submit = True
    list_fullwidth = True
    warn_unsaved_form = True
    change_form_outer_before_template = "admin/object_actions.html"
    found_by = "pk"  # the column that a UUID in the search field is looked up in
    formfield_overrides: ClassVar[Any] = {
        models.JSONField: {**JSON_FORM, "required": False},
        VerbatimJSONField: {**JSON_FORM, "form_class": forms.JSONField},
    }

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Load what rows refer to for all of them at once, whatever a column asks for."""
        return super().get_queryset(request).fetch_mode(models.FETCH_PEERS)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Find a row by its id, else a thousand at most by the search fields.

        Asked for the newest that match, PostgreSQL would walk through all rows until it has met a page of them.
        """
        try:
            return queryset.filter(**{self.found_by: UUID(search_term.strip())}), False
        except ValueError:
            found, _ = super().get_search_results(request, queryset, search_term)
            if not search_term:
                return found, False
            keys = found.order_by().values_list("pk", flat=True)[:MOST_FOUND]
            return queryset.filter(pk__in=list(keys)), False

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the list; a NUL, which the database takes in no text, is an address that makes no sense."""
        if any("\x00" in value for _, values in request.GET.lists() for value in values):
            return HttpResponseRedirect(f"{request.path}?{ERROR_FLAG}=1")
        return super().changelist_view(request, extra_context)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody deletes: the record depends on the row."""
        return False

    def has_operate_permission(self, request: HttpRequest) -> bool:
        """Actions are for people who may change rows of this kind."""
        return bool(request.user.has_perm(f"{self.opts.app_label}.change_{self.opts.model_name}"))

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """Hand the form what a service has refused, so that it is shown with the input still in it."""
        form = super().get_form(request, obj, change=change, **kwargs)
        form.refusal = getattr(request, "refusal", None)
        return form

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show the form once more when a service refuses; its transaction has been undone by then."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except ApiError as refusal:
            request.refusal = refusal  # type: ignore[attr-defined]  # read by get_form
            return super().changeform_view(request, object_id, form_url, extra_context)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Offer the list's actions as buttons on the page of one row."""
        if context.get("original") is not None:
            context["actions_on_one"] = [
                (action.name, action.description) for action in self.get_actions(request).values()
            ]
        return super().render_change_form(request, context, *args, **kwargs)

    def get_action_choices(
        self,
        request: HttpRequest,
        default_choices: Any = None,
        action_location: ActionLocation = ActionLocation.CHANGE_LIST,
    ) -> list[tuple[str, str]]:
        """Name the actions in the words that the buttons have."""
        named = [
            (action.name, action.description)
            for action in self.get_actions(request, action_location).values()
        ]
        return [("", "Choose what to do"), *named]

    def response_action(
        self, request: HttpRequest, queryset: QuerySet[Any], **kwargs: Any
    ) -> HttpResponse | None:
        """Run the action and go back to the page that the button was on."""
        try:
            for pk in request.POST.getlist(ACTION_CHECKBOX_NAME):
                self.opts.pk.to_python(pk)
        except ValidationError:
            self.message_user(request, "There is no such row.", messages.ERROR)
            return None
        response = super().response_action(request, queryset, **kwargs)
        back = request.POST.get("_back", "")
        if isinstance(response, HttpResponseRedirect) and url_has_allowed_host_and_scheme(
            back, {request.get_host()}
        ):
            return HttpResponseRedirect(back)
        return response

    def name_of(self, row: Any) -> str:
        """Name a row in messages."""
        return str(row)

    def each(self, request: HttpRequest, rows: QuerySet[Any], act: Callable[[Any], str]) -> None:
        """Do `act` to each row, in a transaction of its own; tell its sentence, or the refusal's."""
        chosen = list(rows.order_by("pk")[: MOST_ACTED_ON + 1])
        if len(chosen) > MOST_ACTED_ON:
            self.message_user(request, f"Choose at most {MOST_ACTED_ON} rows at once.", messages.ERROR)
            return
        for row in chosen:
            name = self.name_of(row)
            try:
                self.message_user(request, f"{name}: {act(row)}", messages.SUCCESS)
            except ApiError as refusal:
                self.message_user(request, f"{name}: {reason(refusal)}", messages.ERROR)
            except ObjectDoesNotExist:
                self.message_user(request, f"{name}: it is gone.", messages.ERROR)
            except (OperationalError, InterfaceError):
                self.message_user(request, f"{name}: {Unavailable.message}", messages.ERROR)


class ReadOnlyInline(StackedInline):
    """Rows of another's page that services write and staff read."""

    extra = max_num = 0
    can_delete = False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nothing is changed by hand."""
        return False


class ReadOnlyAdmin(RecordAdmin):
    """Rows that services write and staff read."""

    warn_unsaved_form = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nothing is made by hand."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nothing is changed by hand."""
        return False
