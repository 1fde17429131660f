"""The filters by which a list is narrowed, shown above it: each can be removed by itself."""

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import Field, Model
from django.http import HttpRequest
from django.utils.text import Truncator, capfirst
from unfold.contrib.filters.admin import AutocompleteSelectFilter

from krafter_audit.admin.quick_filters import QuickFilter

MAX_VALUE_LENGTH = 60


def active_filters(changelist: Any, request: HttpRequest) -> list[dict[str, Any]]:
    """Return label, value and the URL without it of each filter, other than the quick filter and the search."""
    chips, handled = [], set()
    for spec in changelist.filter_specs:
        names = [name for name in spec.expected_parameters() if name in changelist.filter_params]
        handled.update(names)
        if isinstance(spec, QuickFilter) or not names:
            continue
        # A URL may have a value that is no choice of the filter: the list is empty then.
        value = _chosen_value(spec, changelist, request) or _sent_value(changelist, names)
        if value:
            chips.append(_chip(changelist, str(spec.title), value, names))
    for name, label, value in _other_lookups(changelist, request, handled):
        chips.append(_chip(changelist, label, value, [name]))
    return chips


def url_without_filters(changelist: Any, chips: list[dict[str, Any]]) -> str:
    names = [name for chip in chips for name in chip["names"]]
    return str(changelist.get_query_string(dict.fromkeys(names)))


def _chip(changelist: Any, label: str, value: str, names: list[str]) -> dict[str, Any]:
    return {
        "label": capfirst(label),
        "value": Truncator(value).chars(MAX_VALUE_LENGTH),
        # None removes exactly this name; `remove` would remove all names that begin with it.
        "url": changelist.get_query_string(dict.fromkeys(names)),
        "names": names,
    }


def _chosen_value(spec: Any, changelist: Any, request: HttpRequest) -> str | None:
    if isinstance(spec, AutocompleteSelectFilter):
        if spec.value() is None:  # `__isnull`
            return "Any" if spec.lookup_val_isnull in ("0", "False") else "None"
        return _named_row(changelist, spec.field.remote_field.model, spec.field.name, spec.value(), request)
    # The first choice of Django's filters filters nothing.
    choices = [*spec.choices(changelist)][1:]
    return next((capfirst(str(choice["display"])) for choice in choices if choice["selected"]), None)


def _sent_value(changelist: Any, names: list[str]) -> str:
    return ", ".join(str(value) for name in names for value in changelist.filter_params[name])


def _other_lookups(
    changelist: Any, request: HttpRequest, handled: set[str]
) -> Iterator[tuple[str, str, str]]:
    """Yield name, label and value of the lookups for which the list offers no filter, such as those of links."""
    for name in changelist.get_filters_params():
        if name in handled:
            continue
        field, related = _field_of(changelist.model, name)
        for value in changelist.filter_params[name]:
            shown = str(value)
            if related:
                shown = _named_row(changelist, related, field.name, value, request)
            if field is not None and shown:
                # A reverse relation has no verbose name.
                label = getattr(field, "verbose_name", None) or related._meta.verbose_name
                yield name, str(label), shown


def _field_of(model: type[Model], lookup: str) -> tuple[Any, Any]:
    """Return the last field of a lookup, and the model to which it refers."""
    field: Any = None
    related: Any = None
    for part in lookup.split("__"):
        try:
            found = (related or model)._meta.get_field(part)
        except FieldDoesNotExist:
            break
        if isinstance(found, Field) and found.primary_key and related:
            break
        field, related = found, found.related_model
    return field, related


def _named_row(changelist: Any, model: type[Model], name: str, pk: Any, request: HttpRequest) -> str:
    """Return the name of a row to which the field `name` refers, or its id where the person may not see it."""
    related = changelist.model_admin.admin_site._registry.get(model)
    try:
        model._meta.pk.to_python(pk)
    except ValidationError:  # a lookup with another value, such as `__isnull`
        return str(pk)
    if related:
        row = related.get_queryset(request).filter(pk=pk).first()
    else:
        # The list shows only rows that the person may view.
        shown = (getattr(listed, name, None) for listed in changelist.result_list)
        row = next((value for value in shown if str(getattr(value, "pk", "")) == str(pk)), None)
    return str(pk if row is None else row)
