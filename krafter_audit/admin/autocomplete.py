from collections.abc import Iterator, Sequence
from typing import Any

from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import ValidationError
from django.db.models import ForeignKey
from django.http import HttpRequest
from unfold.contrib.filters.admin import AutocompleteSelectFilter
from unfold.mixins import FormFieldModelAdminMixin

from krafter_audit.admin.row_permissions import staff_of

FOR_FORM = "form"  # the query parameter of pickers in forms; pickers in filters have none


class AutocompleteWidget(AutocompleteSelect):
    def get_url(self) -> str:
        return f"{super().get_url()}?{FOR_FORM}=1"

    def optgroups(self, name: str, value: Sequence[str], attr: Any = None) -> Any:
        # With an id that is no UUID, Django would fail with 500, since it reads the row to show the form's error.
        possible = [pk for pk in value if is_possible_id(self.field, pk)]
        return super().optgroups(name, possible, attr)


class AutocompleteFieldsMixin(FormFieldModelAdminMixin):
    """Show the form again, with an error, if a field of `autocomplete_fields` was sent a malformed id."""

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault("widget", AutocompleteWidget(db_field, self.admin_site))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class AutocompleteFilter(AutocompleteSelectFilter):
    def field_choices(self, *args: Any) -> list[tuple[str, str]]:
        return []

    def has_output(self) -> bool:
        return True

    def choices(self, changelist: Any) -> Iterator[Any]:
        related: Any = self.model_admin.admin_site.get_model_admin(self.field.remote_field.model)
        user = staff_of(self.request)
        for choice in super().choices(changelist):
            if hasattr(related, "filter_by_organizations") and not user.is_superuser:
                # The field shows the name of the row whose id is in the URL.
                shown = choice["form"].fields[self.lookup_kwarg]
                shown.queryset = related.filter_by_organizations(shown.queryset, list(user.roles))
            yield choice


def is_for_form(request: HttpRequest) -> bool:
    """Return whether the request reads the rows that a form offers, and not those of a filter."""
    match = request.resolver_match
    return match is not None and match.url_name == "autocomplete" and FOR_FORM in request.GET


def is_possible_id(field: ForeignKey[Any, Any], value: Any) -> bool:
    """Return whether a row to which the field refers may have this id."""
    try:
        field.target_field.to_python(value)
    except ValidationError:
        return False
    return True
