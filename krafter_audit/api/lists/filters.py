from collections.abc import Collection, Iterable
from typing import Any, ClassVar

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.http import QueryDict
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers

from krafter_audit.api.errors import InvalidParams
from krafter_audit.api.lists.pagination import DEFAULT_LIMIT, MAX_LIMIT, MAX_OFFSET, single_parameter
from krafter_audit.api.serializers import UTCDateTimeField
from krafter_audit.db.text_search import with_words
from krafter_audit.http.addresses import normalise_host
from krafter_audit.http.errors import HttpError

# Without `default`, which generated clients would send.
LIMIT_PARAMETER = OpenApiParameter(
    "limit",
    {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT},
    description=f"{DEFAULT_LIMIT} by default.",
)
# An empty parameter is rejected: a filter that is left out by mistake must not return everything.
NON_EMPTY_STRING = {"type": "string", "minLength": 1}
CURSOR_PARAMETER = OpenApiParameter(
    "cursor", str, description="`meta.next_cursor` of the previous page; empty for the first page."
)
OFFSET_PARAMETER = OpenApiParameter(
    "offset",
    {"type": "integer", "minimum": 0, "maximum": MAX_OFFSET},
    description="How many rows to skip; without `cursor`.",
)
NON_EMPTY_STRING_LIST = {"type": "array", "items": NON_EMPTY_STRING}
USER_ID = {"type": "string", "pattern": "^(me|[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12})$"}
DATE_TIME = {"type": "string", "format": "date-time"}
HOST_PATTERN = r"\A[A-Za-z0-9](?:[A-Za-z0-9_.-]*[A-Za-z0-9])?\Z"
MIN_SEARCH_LENGTH, MAX_SEARCH_LENGTH = 3, 200
TIME_FIELDS = ("created_at", "updated_at")  # the fields by which every list can be sorted


class _TimeFormField(forms.CharField):
    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if not text:
            return None
        try:
            return UTCDateTimeField().run_validation(text)
        except serializers.ValidationError as error:
            raise ValidationError([str(line) for line in error.detail]) from None


class TimeFilter(django_filters.Filter):
    """A time in ISO 8601, as in responses."""

    field_class = _TimeFormField


class SearchFilter(django_filters.CharFilter):
    """Words and parts of words, all of which must occur in a searched column."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, min_length=MIN_SEARCH_LENGTH, max_length=MAX_SEARCH_LENGTH, **kwargs)

    def filter(self, qs: Any, value: Any) -> Any:
        return with_words(qs, self.field_name, value) if value else qs


class OwnerFilter(django_filters.UUIDFilter):
    """The id of a user; the view replaces `me` by the API key's user."""


class _TextsFormField(forms.MultipleChoiceField):
    def valid_value(self, value: Any) -> bool:
        return "\x00" not in value


class TextsFilter(django_filters.Filter):
    """Texts, all of which a row must have; may be repeated."""

    field_class = _TextsFormField

    def filter(self, qs: Any, value: Any) -> Any:
        for text in value or ():
            qs = qs.filter(**{self.field_name: text})
        return qs


class _HostFormField(forms.CharField):
    def to_python(self, value: Any) -> Any:
        host = super().to_python(value)
        if not host or host.isascii():
            return host
        try:
            return normalise_host(host)
        except HttpError:
            return host  # the pattern rejects the text


class HostFilter(django_filters.CharFilter):
    """An exact host name or IPv4 address, without a port; an international name in Unicode or in its ASCII form."""

    field_class = _HostFormField

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        message = "Use a host name, such as www.example.com."
        validators = [RegexValidator(HOST_PATTERN, message)]
        super().__init__(*args, min_length=MIN_SEARCH_LENGTH, max_length=253, validators=validators, **kwargs)


class ChoicesFilter(django_filters.MultipleChoiceFilter):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        # The parent class makes the rows distinct, which they are already: a sort of all that match.
        values = ", ".join(str(value) for value, _ in kwargs["choices"])
        messages = {"invalid_choice": f"Use {values}." if "," not in values else f"Use any of {values}."}
        super().__init__(*args, distinct=False, error_messages=messages, **kwargs)


class ChoiceFilter(django_filters.ChoiceFilter):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        values = ", ".join(str(value) for value, _ in kwargs["choices"])
        super().__init__(*args, error_messages={"invalid_choice": f"Use one of {values}."}, **kwargs)


class TrueOrFalseFilter(ChoiceFilter):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, choices=[("true", "true"), ("false", "false")], **kwargs)


class IsSetFilter(TrueOrFalseFilter):
    """Whether a column of the row has a value."""

    def filter(self, qs: Any, value: Any) -> Any:
        return qs.filter(**{f"{self.field_name}__isnull": value == "false"}) if value else qs


class ListFilter(django_filters.FilterSet):
    """The filters of every list: `*_after` includes the time itself, `*_before` does not.

    `unordered_filters`: those whose rows an index finds in no order; if these are few, all are read and sorted.
    """

    unordered_filters: ClassVar[frozenset[str]] = frozenset()

    created_after = TimeFilter("created_at", "gte")
    created_before = TimeFilter("created_at", "lt")
    updated_after = TimeFilter("updated_at", "gte")
    updated_before = TimeFilter("updated_at", "lt")


def list_parameters(
    filter_class: type[django_filters.FilterSet],
    *,
    sort: Iterable[str] = TIME_FIELDS,
    include: Collection[str] = (),
    pages: Iterable[OpenApiParameter] = (LIMIT_PARAMETER, CURSOR_PARAMETER),
) -> list[OpenApiParameter]:
    """Return a list's query parameters for its OpenAPI description."""
    # The filters of every list come last.
    names = sorted(filter_class.base_filters, key=lambda name: name in ListFilter.base_filters)
    parameters = [_parameter(name, filter_class.base_filters[name]) for name in names]
    if sort:
        parameters.append(OpenApiParameter("sort", str, enum=sort_values(sort)))
    if include:
        parameters.append(include_parameter(include))
    return [*parameters, *pages]


def include_parameter(names: Collection[str]) -> OpenApiParameter:
    return OpenApiParameter(
        "include", str, enum=list(names), many=True, description="Embeds these in the response."
    )


def _parameter(name: str, query_filter: django_filters.Filter) -> OpenApiParameter:
    choices = [value for value, _ in query_filter.extra.get("choices", ())]
    if isinstance(query_filter, django_filters.MultipleChoiceFilter):
        return OpenApiParameter(name, str, enum=choices, many=True)
    if choices:
        return OpenApiParameter(name, str, enum=choices)
    if isinstance(query_filter, TextsFilter):
        return OpenApiParameter(name, NON_EMPTY_STRING_LIST)
    if isinstance(query_filter, OwnerFilter):
        return OpenApiParameter(name, USER_ID, description="The id of a user, or `me`.")
    if isinstance(query_filter, TimeFilter):
        return OpenApiParameter(name, DATE_TIME)
    if isinstance(query_filter, django_filters.UUIDFilter):
        return OpenApiParameter(name, {"type": "string", "format": "uuid"})
    lengths = {
        "minLength": query_filter.extra.get("min_length", 1),
        "maxLength": query_filter.extra.get("max_length"),
    }
    schema = {"type": "string", **{word: length for word, length in lengths.items() if length}}
    return OpenApiParameter(
        name, schema | ({"format": "idn-hostname"} if isinstance(query_filter, HostFilter) else {})
    )


def sort_values(fields: Iterable[str]) -> list[str]:
    return [value for field in fields for value in (f"-{field}", field)]


def sort_order(params: QueryDict, fields: Collection[str], default: str) -> tuple[list[str], bool]:
    """Return the columns of `?sort=`, and whether descending. Raises InvalidParams."""
    value = single_parameter(params, "sort") or default
    if value not in (allowed := sort_values(fields)):
        raise InvalidParams(details={"sort": [f"Use one of {', '.join(allowed)}."]})
    field = value.removeprefix("-")
    ties = ["created_at", "id"] if field == "score" else ["id"]
    return [field, *ties], value.startswith("-")


def included(params: QueryDict, names: Collection[str]) -> list[str]:
    """Return the names in `?include=`, repeated or separated by commas. Raises InvalidParams."""
    chosen = {name for value in params.getlist("include") for name in value.split(",")}
    if not chosen <= set(names):
        raise InvalidParams(
            details={"include": [f"Use {'any of ' if len(names) > 1 else ''}{', '.join(names)}."]}
        )
    return [name for name in names if name in chosen]


def with_own_id(params: QueryDict, user_id: Any) -> QueryDict:
    """Return the parameters with the user's id for `owner_id=me`."""
    if params.get("owner_id") != "me":
        return params
    params = params.copy()
    params["owner_id"] = str(user_id)
    return params


def has_unordered_filter(filter_class: type[django_filters.FilterSet], filters: Collection[str]) -> bool:
    """Return whether one of the active filters is in `unordered_filters` of its class."""
    return not getattr(filter_class, "unordered_filters", frozenset()).isdisjoint(filters)


def filter_rows(
    filter_class: type[django_filters.FilterSet], params: QueryDict, rows: Any
) -> tuple[Any, dict[str, Any]]:
    """Return the matching rows, and the active filters by name. Raises InvalidParams."""
    # Without filters no form is built: building it is a fifth of the work of a list.
    if not any(name in params for name in filter_class.base_filters):
        return rows, {}
    filter_set = filter_class(params, queryset=rows)
    if not filter_set.is_valid():
        raise InvalidParams(
            details={name: [str(line) for line in lines] for name, lines in filter_set.errors.items()}
        )
    return filter_set.qs, {name: value for name, value in filter_set.form.cleaned_data.items() if value}
