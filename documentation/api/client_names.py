"""The names of operations in the generated Python client.

They follow from method and path, so that a renamed operation breaks no client.
"""

import re

# Beginnings of paths that are not part of the names.
PREFIXES = ("/api/v1/orgs/{org_id}/projects/{project_id}/audit/", "/api/v1/orgs/{org_id}/", "/api/v1/")
# Without its beginning this path is that of a project's events.
ORGANIZATION_EVENTS = "/api/v1/orgs/{org_id}/events"


def function_name(method: str, path: str) -> str:
    """Return the name of an operation's module: `post_verifications_by_id_approve`."""
    if path == ORGANIZATION_EVENTS:
        return "get_organization_events"
    words = re.sub(r"\{(\w+)\}", r"by_\1", _short(path))
    return f"{method.lower()}_{re.sub(r'\W+', '_', words).strip('_')}"


def package_name(path: str) -> str:
    """Return the package of an operation's module: `saved_views`."""
    return _short(path).split("/")[0].replace("-", "_")


def _short(path: str) -> str:
    return next((path.removeprefix(prefix) for prefix in PREFIXES if path.startswith(prefix)), path)
