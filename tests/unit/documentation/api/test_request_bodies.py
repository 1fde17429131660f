"""Every example body is valid by the OpenAPI description."""

from typing import Any
from uuid import uuid4

import pytest
from openapi_schema_validator import OAS31Validator

from documentation.api.operations import Operation, all_operations
from documentation.api.request_bodies import BODIES, example_body
from krafter_audit.api.openapi.example_values import ID
from krafter_audit.api.openapi.schema import CachedSchemaGenerator

WITH_BODY = [operation for operation in all_operations() if operation.body is not None]


def description() -> dict[str, Any]:
    return CachedSchemaGenerator().get_schema(public=True)


def filled(body: Any) -> Any:
    """Return the body with an id for each variable."""
    if isinstance(body, dict):
        return {name: filled(value) for name, value in body.items()}
    if isinstance(body, list):
        return [filled(value) for value in body]
    return str(uuid4()) if isinstance(body, str) and body.startswith("$") else body


@pytest.mark.parametrize("operation", WITH_BODY, ids=lambda operation: operation.id)
def test_body_is_valid_by_the_description(operation: Operation) -> None:
    reference = {"$ref": f"#/components/schemas/{operation.body_name}"}
    schema = {**reference, "components": description()["components"]}

    errors = list(OAS31Validator(schema).iter_errors(filled(operation.body)))

    assert errors == []


def test_own_bodies_belong_to_operations() -> None:
    assert set(BODIES) - {operation.id for operation in WITH_BODY} == set()


def test_other_bodies_are_the_examples_of_the_description_with_variables_for_ids() -> None:
    described = {"finding_id": ID, "title": "Fix it", "ids": [ID]}

    assert example_body("another", described) == {"finding_id": "$FINDING_ID", "title": "Fix it", "ids": [ID]}
