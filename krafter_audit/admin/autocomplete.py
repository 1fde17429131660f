from collections.abc import Sequence
from typing import Any

from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import ValidationError
from django.db.models import ForeignKey
from django.http import HttpRequest
from unfold.mixins import FormFieldModelAdminMixin


class AutocompleteWidget(AutocompleteSelect):
    def optgroups(self, name: str, value: Sequence[str], attr: Any = None) -> Any:
        # Django would answer an id that is no UUID with a 500, since it reads the row to show the form's error.
        possible = [pk for pk in value if is_possible_id(self.field, pk)]
        return super().optgroups(name, possible, attr)


class AutocompleteFieldsMixin(FormFieldModelAdminMixin):
    """Show the form again, with an error, if a field of `autocomplete_fields` was sent a malformed id."""

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault("widget", AutocompleteWidget(db_field, self.admin_site))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


def is_possible_id(field: ForeignKey[Any, Any], value: Any) -> bool:
    """Return whether a row to which the field refers may have this id."""
    try:
        field.target_field.to_python(value)
    except ValidationError:
        return False
    return True
