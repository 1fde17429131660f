import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial, reduce
from operator import or_
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import ActionLocation, ShowFacets
from django.contrib.admin.exceptions import DisallowedModelAdminLookup
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.utils import unquote
from django.contrib.admin.views.main import ERROR_FLAG
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.core.paginator import Paginator
from django.core.serializers.json import DjangoJSONEncoder
from django.db import InterfaceError, OperationalError, models
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin, StackedInline
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextareaWidget

from krafter_audit.admin import archived_projects, list_parameters, quick_filters
from krafter_audit.admin.active_filters import active_filters, url_without_filters
from krafter_audit.admin.autocomplete import AutocompleteFieldsMixin, is_for_form, is_possible_id
from krafter_audit.admin.autocomplete import AutocompleteFilter as AutocompleteFilter
from krafter_audit.admin.forms import StrictJSONField, error_text
from krafter_audit.admin.live_pages import refresh_without_scripts
from krafter_audit.admin.project_column import project_column
from krafter_audit.admin.project_scope import once, scope_of_list, values_of_new_row
from krafter_audit.admin.return_pages import PageOfNewRowMixin, page_after_action, page_to_return_to
from krafter_audit.admin.row_permissions import NOT_ALLOWED, RowPermissionsMixin
from krafter_audit.admin.row_permissions import staff_of as staff_of
from krafter_audit.admin.text import ago, status_label
from krafter_audit.api.errors import ApiError, Unavailable
from krafter_audit.db.fields import VerbatimJSONField
from krafter_audit.db.text_search import spellings
from krafter_audit.displayed_times import time_element

MAX_COUNTED = 10_000  # rows of a list; more are shown as “more than 10,000”
# Limits of one request: a list, a search and an action must each end within the statement timeout.
MAX_SEARCH_RESULTS = 1000
MAX_ACTION_ROWS = 200  # an action runs within one request

PREFORMATTED_STYLE = "white-space: pre-wrap; overflow-wrap: anywhere; max-width: 100%"


@dataclass(frozen=True)
class Button:
    name: str
    label: str
    refusal: str = ""
    tone: str = ""


class BoundedPaginator(Paginator):
    """Count at most 10,000 rows."""

    template_name = "admin/bounded_pagination.html"

    @cached_property
    def count(self) -> int:
        if not isinstance(self.object_list, QuerySet):
            return len(self.object_list)
        # The cost of a page must not grow with the table.
        return self.object_list.order_by()[:MAX_COUNTED].count()

    @property
    def counted_all(self) -> bool:
        return self.count < MAX_COUNTED


class ReadableEncoder(DjangoJSONEncoder):
    def __init__(self, **options: Any) -> None:
        super().__init__(**{**options, "indent": 2, "ensure_ascii": False})


JSON_FORM: dict[str, Any] = {
    "form_class": StrictJSONField,
    "encoder": ReadableEncoder,
    "widget": UnfoldAdminTextareaWidget,
    "show_hidden_initial": False,
}


def render_json(value: Any) -> SafeString | str:
    """Show a value as JSON, and an empty one as other empty fields."""
    if value in ({}, []):
        return "-"
    text = value if isinstance(value, str) else json.dumps(value, cls=ReadableEncoder)
    return format_html('<pre class="text-xs" style="{}">{}</pre>', PREFORMATTED_STYLE, text)


def badge_column(field: str, colours: dict[str, str]) -> Callable[[Any], str]:
    """Return a column with badges; the colours are Unfold's: success, danger, warning, info, primary."""

    def column(row: Any) -> str:
        return status_label(str(getattr(row, field)))

    column.__name__ = field
    # Colours by text: given a value and a text, Unfold displays the value where it has no colour.
    of_texts = {status_label(value): colour for value, colour in colours.items()}
    return display(description=field.replace("_", " "), label=of_texts)(column)


def time_column(field: Any) -> Callable[[Any], str]:
    def column(row: Any) -> str:
        return time_element(getattr(row, field.attname)) or "-"

    column.__name__ = field.name
    return admin.display(description=str(field.verbose_name), ordering=field.name)(column)


def copy_row(row: models.Model, *, to: models.Model) -> None:
    """Copy the row that a service has stored into the object that Django shows and logs after `save_model`."""
    to.__dict__.update(row.__dict__)


class ServiceModelAdmin(RowPermissionsMixin, PageOfNewRowMixin, AutocompleteFieldsMixin, ModelAdmin):
    """Rows that are listed newest first, never deleted, and changed by services only."""

    # UUIDv7 sorts by time, and the primary key index needs no filter.
    ordering: ClassVar[Any] = ("-pk",)
    list_per_page = list_max_show_all = 50
    paginator = BoundedPaginator
    show_full_result_count = False
    show_facets = ShowFacets.NEVER  # counting each choice of a filter reads the whole table
    sortable_by: ClassVar[Any] = ()
    list_disable_select_all = True
    list_filter_submit = True
    list_fullwidth = True
    warn_unsaved_form = True
    change_form_outer_before_template = "admin/object_actions.html"
    list_before_template = "admin/quick_filters.html"
    # The form that creates rows, as in Django's UserAdmin; `form` changes them.
    add_form: type[forms.ModelForm] | None = None
    # Large or secret columns, loaded only if a page reads them.
    deferred_fields: ClassVar[tuple[str, ...]] = ()
    empty_text: ClassVar[str] = ""  # for a list without rows: what it contains, or how rows are created
    list_only_actions: ClassVar[frozenset[str]] = frozenset()  # without a button on the page of a row
    tones: ClassVar[dict[str, str]] = {}  # tones of buttons: primary, danger
    uuid_search_field = "pk"  # the column in which a UUID is searched
    formfield_overrides: ClassVar[Any] = {
        models.JSONField: {**JSON_FORM, "required": False},
        VerbatimJSONField: JSON_FORM,
    }

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[list_parameters.SortableChangeList]:
        return list_parameters.SortableChangeList

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        """Show times in the reader's time zone, and the organisation only to people who have several."""
        columns = list(super().get_list_display(request))
        user = staff_of(request)
        has_several = user.is_superuser or len(user.roles) != 1
        # The name of the project is above that of its organisation.
        hides_organization = "project" in columns or not has_several
        made: dict[str, Any] = {"project": project_column(with_organization=has_several)}
        for field in self.opts.get_fields():
            if isinstance(field, models.DateTimeField):
                made[field.name] = time_column(field)
        return [
            made.get(name, name) if isinstance(name, str) else name
            for index, name in enumerate(columns)
            # The first column has the links.
            if index == 0 or name != "organization" or not hides_organization
        ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        # Related rows are loaded for the whole page at once, whichever column reads them.
        rows = super().get_queryset(request).fetch_mode(models.FETCH_PEERS).defer(*self.deferred_fields)
        project = scope_of_list(request)
        rows = rows if project is None else self.filter_by_project(rows, project)
        if is_for_form(request):
            rows = archived_projects.without_archived(rows, self.project_path)
        user = staff_of(request)
        if user.is_superuser:
            return rows
        if self.organization_path == "project__organization" and hasattr(self.model, "project_id"):
            # A list of ids and not a join, so that the indexes that begin with the project serve every list.
            return rows.filter(project__in=self._project_ids(request))
        return self.filter_by_organizations(rows, list(user.roles))

    def _project_ids(self, request: HttpRequest) -> list[UUID]:
        projects = self.opts.get_field("project").related_model._default_manager
        found = projects.visible_to(staff_of(request)).values_list("pk", flat=True)
        return once(request, "project_ids", lambda: list(found))

    def filter_by_organizations(self, rows: QuerySet[Any], organization_ids: list[UUID]) -> QuerySet[Any]:
        return rows.filter(**{f"{self.organization_path}__in": organization_ids})

    def filter_by_project(self, rows: QuerySet[Any], project: Any) -> QuerySet[Any]:
        """Return the rows of the project, or of its organisation if they have no project."""
        if not self.project_path:
            return self.filter_by_organizations(rows, [project.organization_id])
        return rows.filter(**{self.project_path: project.pk})

    @admin.display(description="organisation")
    def organization(self, row: Any) -> str:
        return str(row.project.organization.name)

    @admin.display(description="age", ordering="pk")
    def age(self, row: Any) -> str:
        return ago(row.created_at)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        allowed = super().has_change_permission(request, obj)
        return allowed and (obj is None or self.may(request, "change", obj))

    def row_to_change(self, request: HttpRequest, pk: UUID) -> Any:
        """Return a row of a project. Raises Http404, or PermissionDenied if the user may not change it."""
        rows = self.get_queryset(request).select_related("project__organization")
        row = get_object_or_404(rows, pk=pk)
        self.require_change(request, row)
        return row

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        parts = getattr(getattr(field, "widget", None), "widgets", ())
        if isinstance(db_field, models.DateTimeField) and len(parts) == 2:
            # The label of the field belongs only to the first of both inputs, and Unfold labels neither.
            for part, name in zip(parts, ("date", "time"), strict=True):
                part.attrs["aria-label"] = f"{field.label}, {name}"
        return field

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        related = self.admin_site._registry.get(db_field.remote_field.model)
        if field is None or not isinstance(related, ServiceModelAdmin):
            return field
        require_active = partial(archived_projects.require_active, project_path=related.project_path)
        field.validators = [*field.validators, require_active]
        user = staff_of(request)
        if not user.is_superuser:
            permission = f"{self.opts.app_label}.add_{self.opts.model_name}"
            writable = [pk for pk in user.roles if user.has_perm(permission, pk)]
            field.queryset = related.filter_by_organizations(field.queryset, writable)
        return field

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        try:
            return queryset.filter(**{self.uuid_search_field: UUID(search_term.strip())}), False
        except ValueError:
            if not search_term.strip():
                return super().get_search_results(request, queryset, search_term)[0], False
            found = self.find(queryset, search_term)
            if found is None:
                searched = super().get_search_results
                found = reduce(
                    or_, (searched(request, queryset, spelling)[0] for spelling in spellings(search_term))
                )
            # Ordered, PostgreSQL would scan all rows until a page is full.
            keys = found.order_by().values_list("pk", flat=True)[:MAX_SEARCH_RESULTS]
            return queryset.filter(pk__in=list(keys)), False

    def find(self, rows: QuerySet[Any], text: str) -> QuerySet[Any] | None:
        """Return the rows with these words; None: Django's search by `search_fields`."""
        return None

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        action = request.POST.get("action")
        if action and action not in self.get_actions(request):
            # The user's role may have changed since the page was opened; Django would show the list without a message.
            self.message_user(request, NOT_ALLOWED.capitalize(), messages.ERROR)
            return HttpResponseRedirect(page_to_return_to(request) or request.path)
        if action is not None and ACTION_CHECKBOX_NAME not in request.POST:
            self.message_user(request, "Select at least one row.", messages.WARNING)
            return HttpResponseRedirect(request.get_full_path())
        refused = HttpResponseRedirect(f"{request.path}?{ERROR_FLAG}=1")  # as in Django
        try:
            is_valid = not any(list_parameters.has_nul(values) for _, values in request.GET.lists())
            response: HttpResponse = super().changelist_view(request, extra_context) if is_valid else refused
        except DisallowedModelAdminLookup:
            response = refused
        if response.headers.get("location") == refused.url and request.GET:
            names = list_parameters.refused_parameters(self, request)
            self.message_user(request, list_parameters.sentence(request, names), messages.WARNING)
            return HttpResponseRedirect(list_parameters.url_without(request, names))
        context = getattr(response, "context_data", None)
        if context and "cl" in context:
            context["quick_filters"] = quick_filters.links(context["cl"], request)
            context["active_filters"] = chips = active_filters(context["cl"], request)
            context["url_without_filters"] = url_without_filters(context["cl"], chips)
            context["archived_project"] = archived_projects.if_archived(scope_of_list(request))
        return response

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # the audit log refers to the row

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        if self.add_form and not change:
            kwargs["form"] = self.add_form
        form = super().get_form(request, obj, change=change, **kwargs)
        form.service_error = getattr(request, "service_error", None)
        return form

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        # Django would answer an id that is no UUID with a 500.
        initial = {**values_of_new_row(request), **super().get_changeform_initial_data(request)}
        return {name: value for name, value in initial.items() if _is_possible(self.opts, name, value)}

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        # A form that creates a row has no read-only fields.
        return () if self.add_form and obj is None else super().get_readonly_fields(request, obj)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        if request.method == "POST" and object_id:
            self.refuse_archived(request, self.get_object(request, unquote(object_id)))
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except ApiError as error:
            # The service's transaction is rolled back by now; the form is shown again with its error.
            request.service_error = error  # type: ignore[attr-defined]  # read by get_form
            return super().changeform_view(request, object_id, form_url, extra_context)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        row = context.get("original")
        if row is not None:
            context["subtitle"] = self.describe_row(row)
            context["buttons"] = self.buttons(request, row)
            context["object_actions"] = [(button.name, button.label) for button in context["buttons"]]
            context["archived_project"] = self.archived_project(row)
            context["detail"] = self.detail_context(request, row)
        response = super().render_change_form(request, context, *args, **kwargs)
        if row is not None and self.is_in_progress(row):
            refresh_without_scripts(request, response)
        return response

    def is_in_progress(self, row: Any) -> bool:
        """Return whether a job works on the row, so that its page updates itself."""
        return False

    def buttons(self, request: HttpRequest, row: Any) -> list[Button]:
        """Return the actions on the page of a row, with the reasons of those that cannot work."""
        refusals = self.refusals(request, row)
        return [
            Button(
                action.name,
                str(action.description),
                self.refusal_of_action(request, action.func, row) or refusals.get(action.name, ""),
                self.tones.get(action.name, ""),
            )
            for action in self.get_actions(request).values()
            if action.name not in self.list_only_actions
        ]

    def refusals(self, request: HttpRequest, row: Any) -> dict[str, str]:
        """Return why actions cannot work on the row, by name."""
        return {}

    def detail_context(self, request: HttpRequest, row: Any) -> dict[str, Any]:
        """Return what the page of a row shows above its form."""
        return {}

    def get_action_choices(
        self,
        request: HttpRequest,
        default_choices: Any = None,
        action_location: ActionLocation = ActionLocation.CHANGE_LIST,
    ) -> list[tuple[str, str]]:
        choices = [
            (action.name, action.description)
            for action in self.get_actions(request, action_location).values()
        ]
        return [("", "Select an action"), *choices]

    def response_action(
        self, request: HttpRequest, queryset: QuerySet[Any], **kwargs: Any
    ) -> HttpResponse | None:
        try:
            # Django would answer an id that is no UUID with a 500.
            for pk in request.POST.getlist(ACTION_CHECKBOX_NAME):
                self.opts.pk.to_python(pk)
        except ValidationError:
            self.message_user(request, "Not found.", messages.ERROR)
            return None
        response = super().response_action(request, queryset, **kwargs)
        back = page_after_action(request, self.get_queryset(request))
        return HttpResponseRedirect(back) if back and isinstance(response, HttpResponseRedirect) else response

    def describe_row(self, row: Any) -> str:
        """Return the name of a row in messages and in the title of its page: without values that actions change."""
        return str(row)

    def page_url(self, name: str, view: Callable[..., HttpResponseBase], *, route: str = "") -> URLPattern:
        """Return the URL `admin:<app>_<model>_<name>` of a view for staff; by default below that of a row."""
        route = route or f"<uuid:pk>/{name}/"
        name = f"{self.opts.app_label}_{self.opts.model_name}_{name}"
        return path(route, self.admin_site.admin_view(view), name=name)

    def page(self, request: HttpRequest, template: str, *, title: str, **context: Any) -> TemplateResponse:
        """Return a page of the model in the frame of the admin."""
        frame = {**self.admin_site.each_context(request), "title": title, "opts": self.opts}
        return TemplateResponse(request, template, frame | context)

    def action_form_page(
        self, request: HttpRequest, rows: QuerySet[Any], form: forms.Form, template: str, *, title: str
    ) -> TemplateResponse | None:
        """Return the page for an action's values, which submits the action again with them.

        None, with messages, if the action cannot work on any row.
        """
        changeable = self.changeable_rows(request, rows)
        if not changeable:
            return None
        back = request.POST.get("_back", "")
        return self.page(request, template, title=title, form=form, rows=changeable, back=back)

    def changeable_rows(
        self, request: HttpRequest, rows: QuerySet[Any], *, verb: str = "operate"
    ) -> list[Any]:
        """Return the rows on which the chosen action can work, after a message about each other one.

        For actions that show a page first, so that it has only those rows.
        """
        action, changeable = request.POST.get("action", ""), []
        for row in self._at_most(request, rows):
            refusal = self.refusal(request, verb, row) or self.refusals(request, row).get(action)
            if refusal:
                self.message_user(request, f"{self.describe_row(row)}: {refusal}", messages.ERROR)
            else:
                changeable.append(row)
        return changeable

    def _at_most(self, request: HttpRequest, rows: QuerySet[Any]) -> list[Any]:
        chosen = list(rows.order_by("pk")[: MAX_ACTION_ROWS + 1])
        if len(chosen) <= MAX_ACTION_ROWS:
            return chosen
        self.message_user(request, f"Select at most {MAX_ACTION_ROWS} rows.", messages.ERROR)
        return []

    def run_for_each(
        self, request: HttpRequest, rows: QuerySet[Any], act: Callable[[Any], str], *, verb: str = "operate"
    ) -> None:
        """Call `act` for each row and show its sentence, or its error; `verb` as in `refusal`."""
        # Each row has its own transaction: a rejected row does not undo the others.
        for row in self._at_most(request, rows):
            name = self.describe_row(row)
            refusal = self.refusal(request, verb, row)
            if refusal:
                self.message_user(request, f"{name}: {refusal}", messages.ERROR)
                continue
            try:
                self.message_user(request, f"{name}: {act(row)}", messages.SUCCESS)
            except ApiError as error:
                self.message_user(request, f"{name}: {error_text(error)}", messages.ERROR)
            except ObjectDoesNotExist:
                self.message_user(request, f"{name}: not found.", messages.ERROR)
            except (OperationalError, InterfaceError):
                self.message_user(request, f"{name}: {Unavailable.message}", messages.ERROR)


def _is_possible(opts: Any, name: str, value: Any) -> bool:
    field = next((field for field in opts.fields if field.name == name), None)
    return field is None or not field.is_relation or is_possible_id(field, value)


class ReadOnlyInline(StackedInline):
    extra = max_num = 0
    can_delete = False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnlyAdmin(ServiceModelAdmin):
    """Pages whose `fields` Django shows as text, so that none of them has to be named in `readonly_fields`."""

    warn_unsaved_form = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
