"""The names in the generated client follow from method and path."""

import pytest

from documentation.api.client_names import function_name, package_name

PROJECT = "/api/v1/orgs/{org_id}/projects/{project_id}/audit"


@pytest.mark.parametrize(
    ("method", "path", "package", "function"),
    [
        (
            "POST",
            f"{PROJECT}/verifications/{{id}}/approve",
            "verifications",
            "post_verifications_by_id_approve",
        ),
        ("post", f"{PROJECT}/findings/bulk-update", "findings", "post_findings_bulk_update"),
        ("get", "/api/v1/orgs/{org_id}/saved-views", "saved_views", "get_saved_views"),
        ("get", "/api/v1/me", "me", "get_me"),
        ("get", f"{PROJECT}/events", "events", "get_events"),
        ("get", "/api/v1/orgs/{org_id}/events", "events", "get_organization_events"),
    ],
)
def test_operation_is_named_after_method_and_path(
    method: str, path: str, package: str, function: str
) -> None:
    assert (package_name(path), function_name(method, path)) == (package, function)
