"""The query parameter `as_of`: a day, meaning its end in UTC, or an instant."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.http import QueryDict
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.response import Response

from accounts.models import Project
from events.totals import history
from events.totals.history import AsOf
from krafter_audit.api.envelope import DataWithMeta
from krafter_audit.api.errors import InvalidParams
from krafter_audit.api.lists.filters import NON_EMPTY_STRING
from krafter_audit.api.lists.pagination import single_parameter
from krafter_audit.api.serializers import MIN_DATETIME, UTCDateTimeField
from krafter_audit.http.timestamps import format_timestamp, is_day, parse_day

AS_OF_PARAMETER = OpenApiParameter(
    "as_of",
    NON_EMPTY_STRING,
    description="The state at the end of a day in UTC (`2026-11-25`) or at an instant (ISO 8601).",
)


def parse_as_of(params: QueryDict) -> AsOf | None:
    """Parse `as_of`. Raises InvalidParams, also for a moment before the kept history."""
    text = single_parameter(params, "as_of")
    if text is None:
        return None
    as_of = _parse_day(text) if is_day(text) else AsOf(_parse_instant(text))
    if as_of.instant > timezone.now():
        raise _invalid("Must not be in the future.")
    history_start = history.history_start()
    if history_start and as_of.instant < history_start:
        raise _invalid(f"Past counts exist only since {format_timestamp(history_start)}.")
    return as_of


def _parse_day(text: str) -> AsOf:
    try:
        day = parse_day(text)
    except ValueError:
        raise _invalid("There is no such day.") from None
    if day < MIN_DATETIME.date():
        raise _invalid("Use a day from 2000 on.")
    if day > timezone.now().date():
        raise _invalid("Must not be in the future.")
    return history.end_of_day(day)


def _parse_instant(text: str) -> datetime:
    if "T" not in text:
        raise _invalid("Use a day as YYYY-MM-DD or a time in ISO 8601.")
    try:
        return UTCDateTimeField().run_validation(text)
    except serializers.ValidationError as error:
        raise InvalidParams(details={"as_of": error.detail}) from None


def _invalid(sentence: str) -> InvalidParams:
    return InvalidParams(details={"as_of": [sentence]})


def respond_as_of(data: Any, as_of: AsOf | None, *, exact_since: datetime) -> Response:
    """Return the response, whose `meta` has the moment and since when each moment is known."""
    meta: Mapping[str, Any] = {}
    if as_of is not None:
        meta = {"as_of": format_timestamp(as_of.instant), "exact_since": format_timestamp(exact_since)}
    return Response(DataWithMeta(data, meta))


def respond_with_counts(project: Project, data: Any, as_of: AsOf | None) -> Response:
    """Return the response with data from a project's counters."""
    return respond_as_of(data, as_of, exact_since=history.exact_since(project))
