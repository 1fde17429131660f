"""Reject query parameters that an operation does not have, and empty ones.

The parameters of an operation are those of its OpenAPI description: what `extend_schema` declares is what is accepted.
"""

import difflib
from collections.abc import Collection
from functools import cache
from typing import Any

from django.http import QueryDict
from drf_spectacular.utils import OpenApiParameter

from krafter_audit.api.errors import InvalidParams

MAX_SUGGESTIONS = 3
ACCEPTED_EMPTY = frozenset({"cursor"})  # the first page


def raise_if_unknown(view: Any) -> None:
    """Raise InvalidParams if the request of the view has a parameter that its action does not have."""
    params = view.request.query_params
    if params:
        _raise_if_wrong(params, declared_parameters(view.__class__, view.action))


@cache
def declared_parameters(view_class: type, action: str) -> frozenset[str]:
    """Return the names of the query parameters of an action."""
    schema = getattr(view_class, action).kwargs["schema"]()
    schema.view, schema.method = view_class(action=action, request=None, kwargs={}), ""
    return frozenset(
        parameter.name
        for parameter in schema.get_override_parameters()
        if parameter.location == OpenApiParameter.QUERY
    )


def _raise_if_wrong(params: QueryDict, known: Collection[str]) -> None:
    # A misspelled or an empty filter must not return everything.
    wrong = {name: [_unknown(name, known)] for name in sorted(set(params) - set(known))}
    for name in sorted(set(params) & set(known) - ACCEPTED_EMPTY):
        if not all(map(str.strip, params.getlist(name))):
            wrong[name] = ["Send a value, or leave the parameter out."]
    if wrong:
        raise InvalidParams(details=wrong)


def _unknown(name: str, known: Collection[str]) -> str:
    if not known:
        return "Unknown parameter: this operation has none."
    nearest = difflib.get_close_matches(name, sorted(known), n=MAX_SUGGESTIONS)
    return f"Unknown parameter. Did you mean {' or '.join(nearest)}?" if nearest else "Unknown parameter."
