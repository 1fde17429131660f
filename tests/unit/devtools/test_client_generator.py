"""The typed Python client is what the OpenAPI description of the API gives."""

import subprocess
import sys

import pytest

from devtools import client_generator

PACKAGE = client_generator.GENERATED.parents[1]


@pytest.mark.slow
def test_generated_client_is_not_stale() -> None:
    schema = client_generator.prepare(client_generator.description())

    stale = client_generator.differences(schema)

    assert stale == [], "Run ./krafter generate-client."


def test_client_parses_successes_only_whatever_their_status() -> None:
    image = {"content": {"application/json": {"schema": {}}, "image/jpeg": {"schema": {}}}}
    operation = {"operationId": "long", "responses": {"204": {}, "200": image, "default": {}, "404": {}}}

    prepared = client_generator.prepare(
        {"paths": {"/api/v1/screenshots/{id}": {"get": operation}}, "components": {"schemas": {}}}
    )

    assert prepared["paths"]["/api/v1/screenshots/{id}"]["get"] == {
        "operationId": "get_screenshots_by_id",
        "tags": ["screenshots"],
        "responses": {
            "2XX": {
                "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
            }
        },
    }


def test_json_that_is_a_file_is_not_parsed() -> None:
    binary = {"schema": {"type": "string", "format": "binary"}}
    operation = {"operationId": "long", "responses": {"200": {"content": {"application/json": binary}}}}

    prepared = client_generator.prepare(
        {"paths": {"/api/v1/bundles": {"get": operation}}, "components": {"schemas": {}}}
    )

    found = prepared["paths"]["/api/v1/bundles"]["get"]["responses"]["2XX"]
    assert found == {"content": {"application/octet-stream": binary}}


def test_choices_with_null_are_one_class_named_after_the_field() -> None:
    outcome = {"type": ["string", "null"], "enum": ["met", "missed", None], "description": "Of a done task."}
    clock = {"type": "object", "properties": {"outcome": outcome}}

    prepared = client_generator.prepare({"paths": {}, "components": {"schemas": {"SlaClock": clock}}})

    assert prepared["components"]["schemas"]["SlaClock"]["properties"]["outcome"] == {
        "oneOf": [{"type": "string", "enum": ["met", "missed"], "title": "outcome"}, {"type": "null"}],
        "description": "Of a done task.",
    }


@pytest.mark.slow
def test_models_are_imported_when_they_are_first_used() -> None:
    program = """
import sys
from krafter_client.generated import models
before = f"{models.__name__}.webhook_endpoint" in sys.modules
found = {name: getattr(models, name).__name__ for name in models.__all__}
print(before, found == {name: name for name in models.__all__}, hasattr(models, "Unknown"))
"""

    done = subprocess.run(
        [sys.executable, "-c", program], cwd=PACKAGE, capture_output=True, text=True, check=False
    )

    assert (done.stdout, done.stderr) == ("False True False\n", "")


def test_unknown_option_generates_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        client_generator.main(["--chek"])

    assert "unrecognized arguments: --chek" in capsys.readouterr().err
