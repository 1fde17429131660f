"""The routes of the installation, and their paths filled in."""

import re
from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from tests.factories import Scenario

OPEN = {
    "api/v1/schema",
    "api/docs",
    "api/docs/errors",
    "^api/",
    "api/v1/hooks/<str:provider>/<str:integration>",
}


def addresses(patterns: Any = None, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Return every pattern below /api/ with its view."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern) and "api/" in route and route not in OPEN:
            yield route, pattern.callback


ROUTES = [
    (route, method, view)
    for route, view in addresses()
    for method in getattr(view, "actions", {"get": None})
    if method != "head"
]


def fill(route: str, scenario: Scenario, row: str) -> str:
    values = {
        "org_id": str(scenario.organization.pk),
        "project_id": scenario.project.slug,
        "provider": "github",
    }
    return "/" + re.sub(r"<\w+:(\w+)>", lambda found: values.get(found[1], row), route)
