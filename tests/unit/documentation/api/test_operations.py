"""The operations are those of the OpenAPI description."""

from typing import Any

import pytest

from documentation.api.operations import all_operations, resource_title, resources, type_in_words
from krafter_audit.api.openapi.schema import CachedSchemaGenerator

OPERATIONS = {operation.id: operation for operation in all_operations()}


def test_every_operation_of_the_description_is_read() -> None:
    paths = CachedSchemaGenerator().get_schema(public=True)["paths"].values()

    described = {operation["operationId"] for path in paths for operation in path.values()}
    assert set(OPERATIONS) == described
    assert {documented.id for operations in resources().values() for documented in operations} == described


def test_operation_has_what_its_page_shows() -> None:
    found = OPERATIONS["create_task"]

    assert (found.method, found.short_path, found.anchor, found.tag) == (
        "POST",
        "…/tasks",
        "create-task",
        "tasks",
    )
    assert found.summary == "Create a task from a finding"
    assert [field.name for field in found.fields if field.is_required] == ["finding_id", "title"]
    assert [header.name for header in found.headers] == ["Idempotency-Key"]
    assert found.statuses == ("201",)
    assert found.variables == ["FINDING_ID"]


@pytest.mark.parametrize(
    ("operation", "names"),
    [
        ("get_webhook_delivery", ["WEBHOOK_ID", "DELIVERY_ID"]),
        ("get_guard_window", ["GUARD_WINDOW_ID"]),
        ("get_member", ["USER_ID"]),
        ("get_integration", []),
        ("list_keys", []),
    ],
)
def test_ids_of_a_path_are_variables(operation: str, names: list[str]) -> None:
    assert OPERATIONS[operation].variables == names


def test_files_are_known() -> None:
    files = {operation.id for operation in OPERATIONS.values() if operation.is_file}

    assert files == {"get_screenshot", "get_report_download", "get_verification_evidence_bundle"}


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"type": "string"}, "string"),
        ({"type": ["string", "null"], "format": "uuid"}, "string (uuid) or null"),
        ({"type": "array", "items": {"type": "integer"}}, "list of integer"),
        ({"enum": ["low", "medium", "high"]}, "low, medium or high"),
        ({"oneOf": [{"type": "number"}, {"$ref": "#/x"}]}, "number or object"),
        ({}, "any"),
    ],
)
def test_types_are_words(schema: dict[str, Any], words: str) -> None:
    assert type_in_words(schema) == words


def test_tags_have_titles() -> None:
    assert [resource_title(tag) for tag in ("guard-windows", "access")] == [
        "Guard windows",
        "Site credentials",
    ]
