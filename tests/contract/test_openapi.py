"""The OpenAPI description is complete, valid, and served in a form that clients can cache."""

import gzip
import json
import re
import time
from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from jsonschema import Draft202012Validator

from accounts.views import UsageViewSet
from documentation.api.operations import PROJECT_PATH
from krafter_audit.api.openapi.examples import JSON, PLACEHOLDER, Example
from krafter_audit.api.openapi.schema import CachedSchemaGenerator, DescriptionGenerator, _generate

PATH = "/api/v1/schema"
# Fields that a response has only on request, or in one response of several.
ON_REQUEST = {
    "FindingWithGuard": {"tasks", "dismissal", "guard"},
    "TaskWithFinding": {"finding", "labels"},
    "CampaignWithProgress": {"progress"},
    "RegressionWithDeploys": {"deploy_ids"},
    "VerificationWithTask": {"state", "task", "warnings"},
    "PolicyTestResult": {"simulation", "plan_token"},
    "ReportSummary": {"campaigns"},
    "WebhookWithSecret": {"secret"},
    "AsOfMeta": {"as_of", "exact_since"},
    "ListMeta": {"total", "next_cursor"},
    "WarningsMeta": {"warnings"},
}


def validate() -> None:
    call_command("spectacular", validate=True, fail_on_warn=True, stdout=StringIO())


@pytest.mark.slow
def test_description_is_valid_openapi_without_warnings() -> None:
    validate()


@pytest.mark.slow
def test_every_schema_is_valid_and_every_tag_is_described(client: Client) -> None:
    description = client.get(PATH).json()
    operations = [operation for path in description["paths"].values() for operation in path.values()]

    for schema in description["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
    assert {tag for operation in operations for tag in operation["tags"]} == {
        tag["name"] for tag in description["tags"] if tag["description"]
    }


def test_first_requests_at_the_same_time_generate_one_description(monkeypatch: pytest.MonkeyPatch) -> None:
    generated = []

    def generate(*arguments: Any, **options: Any) -> dict[str, Any]:
        generated.append(options)
        time.sleep(0.05)
        return {}

    monkeypatch.setattr(DescriptionGenerator, "get_schema", generate)
    _generate.cache_clear()
    try:
        with ThreadPoolExecutor(3) as pool:
            list(pool.map(CachedSchemaGenerator().get_schema, [None] * 3))
    finally:
        _generate.cache_clear()

    assert len(generated) == 1


def test_undescribed_operation_fails_the_validation(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delitem(vars(UsageViewSet.retrieve), "kwargs")  # what extend_schema sets

    with pytest.raises(CommandError, match="warnings"):
        validate()

    assert "UsageViewSet" in capfd.readouterr().err


def test_components_are_named_without_suffixes(client: Client) -> None:
    names = client.get(PATH).json()["components"]["schemas"]

    assert {"Finding", "Task", "Verification", "Policy", "CreateTaskRequest", "Error"} <= set(names)
    assert not [name for name in names if name.endswith("Serializer")]


def test_responses_are_named_after_their_resource_and_share_the_meta_data() -> None:
    schemas = CachedSchemaGenerator().get_schema(public=True)["components"]["schemas"]

    metas = {
        name: schemas[name]["properties"]["meta"]["$ref"].rpartition("/")[2]
        for name in (
            "TaskResponse",
            "CheckListResponse",
            "PaginatedTaskWithFindingListResponse",
            "VerificationWithWarningsResponse",
            "FindingCountsAsOfResponse",
            "EmptyResponse",
            "Error",
        )
    }

    assert metas == {
        "TaskResponse": "Meta",
        "CheckListResponse": "ListMeta",
        "PaginatedTaskWithFindingListResponse": "PaginatedListMeta",
        "VerificationWithWarningsResponse": "WarningsMeta",
        "FindingCountsAsOfResponse": "AsOfMeta",
        "EmptyResponse": "Meta",
        "Error": "Meta",
    }


def test_every_operation_needs_a_key_and_has_the_error_response(client: Client) -> None:
    schema = client.get(PATH).json()
    operations = [operation for path in schema["paths"].values() for operation in path.values()]

    differing = [
        operation["operationId"]
        for operation in operations
        if operation["security"] != [{"apiKey": []}]
        or operation["responses"]["default"] != {"$ref": "#/components/responses/Error"}
    ]
    assert (len(operations) > 50, differing) == (True, [])
    assert list(schema["components"]["responses"]) == ["Error", "NotModified"]


def operations_with(header: str) -> set[str]:
    """Return the methods and paths of the operations that are described with a header of the request."""
    return {
        f"{method.upper()} {path}"
        for path, item in CachedSchemaGenerator().get_schema(public=True)["paths"].items()
        for method, operation in item.items()
        if header
        in [parameter["name"] for parameter in operation.get("parameters", ()) if parameter["in"] == "header"]
    }


def test_headers_that_make_changes_safe_are_described() -> None:
    paths = CachedSchemaGenerator().get_schema(public=True)["paths"]
    methods = {f"{method.upper()} {path}" for path, item in paths.items() for method in item}

    assert operations_with("Idempotency-Key") == {name for name in methods if name.startswith("POST")}
    assert operations_with("If-Match") == {
        name
        for name in methods
        if name.startswith(("PATCH", "PUT", "DELETE"))
        or name.endswith(("/dismiss", "/policies/{id}/restore", "/rotate-secret"))
    }


def test_reads_that_answer_304_are_described_as_they_are_documented() -> None:
    rows = [line for line in Path("docs/api.md").read_text().splitlines() if line.endswith("200, 304 |")]
    calls = {line.split("`")[1].split("?")[0].replace("…", PROJECT_PATH) for line in rows}

    described, documented = (
        {re.sub(r"{\w+}|:\w+", ":", name) for name in names}
        for names in (operations_with("If-None-Match"), calls)
    )
    assert described == documented


def test_reads_have_the_described_etag_if_they_answer_304() -> None:
    paths = CachedSchemaGenerator().get_schema(public=True)["paths"]

    assert operations_with("If-None-Match") == {
        f"GET {path}"
        for path, item in paths.items()
        if "etag" in item.get("get", {"responses": {}})["responses"].get("200", {}).get("headers", {})
    }


def test_unchanged_description_is_not_sent_again(client: Client) -> None:
    response = client.get(PATH)

    same = client.get(PATH, headers={"if-none-match": f"W/{response['etag']}"})
    older = client.get(PATH, headers={"if-none-match": '"older"'})

    assert (response.status_code, response["content-type"], response["cache-control"]) == (
        200,
        "application/json",
        "no-cache",
    )
    assert (same.status_code, same.content, same["etag"]) == (304, b"", response["etag"])
    assert (older.status_code, older["etag"]) == (200, response["etag"])


def test_description_is_compressed_and_not_sent_again(client: Client) -> None:
    plain = client.get(PATH).content

    packed: Any = client.get(PATH, headers={"accept-encoding": "gzip"})
    same = client.get(PATH, headers={"accept-encoding": "gzip", "if-none-match": packed["etag"]})

    assert (packed["content-encoding"], same.status_code) == ("gzip", 304)
    assert gzip.decompress(packed.content) == plain
    assert len(packed.content) * 10 < len(plain)


def test_head_of_the_description_has_its_length(client: Client) -> None:
    head = client.head(PATH)

    assert (head.status_code, head.content) == (200, b"")
    assert int(head["content-length"]) == len(client.get(PATH).content)


def bodies() -> list[tuple[str, dict[str, Any]]]:
    """Return the JSON content of each request and response, with the name of its operation."""
    description = CachedSchemaGenerator().get_schema(public=True)
    return [
        (f"{operation['operationId']} {status}", body["content"][JSON])
        for item in description["paths"].values()
        for operation in item.values()
        for status, body in [("request", operation.get("requestBody", {})), *operation["responses"].items()]
        if JSON in body.get("content", {}) and body["content"][JSON]["schema"].get("format") != "binary"
    ]


def test_every_body_has_an_example_that_its_schema_allows() -> None:
    components = CachedSchemaGenerator().get_schema(public=True)["components"]
    checker = Draft202012Validator.FORMAT_CHECKER

    invalid = [
        f"{name}: {error.json_path}: {error.message}"
        for name, content in bodies()
        for error in Draft202012Validator(
            {**content["schema"], "components": components}, format_checker=checker
        ).iter_errors(content["example"])
    ]

    assert len(bodies()) > 100
    assert invalid == []


def test_examples_show_realistic_values() -> None:
    examples = {name: content["example"] for name, content in bodies()}

    assert examples["create_task request"]["title"] == "Send the header"
    assert examples["list_tasks 200"]["data"][0]["external_ticket_key"] == "SHOP-12"
    assert examples["enable_integration_webhook 200"]["data"]["secret"]
    assert "secret" not in examples["get_integration_webhook 200"]["data"]
    assert [name for name, example in examples.items() if f'"{PLACEHOLDER}"' in json.dumps(example)] == []


def test_example_is_built_by_the_types_of_a_schema() -> None:
    schema = {
        "type": "object",
        "required": ["a", "b", "c"],
        "properties": {
            "a": {"type": ["integer", "null"]},
            "b": {"type": "array", "items": {"enum": ["x", "y"]}},
            "c": {"$ref": "#/components/schemas/Day"},
            "d": {"type": "string"},
        },
    }

    example = Example({"Day": {"type": "string", "format": "date"}}).build(schema)

    assert example == {"a": 1, "b": ["x"], "c": "2026-03-02"}


def test_fields_of_responses_are_required() -> None:
    schemas = CachedSchemaGenerator().get_schema(public=True)["components"]["schemas"]

    optional = {
        name: missing
        for name, schema in schemas.items()
        if not name.endswith("Request") and name != "Error"
        if (missing := set(schema.get("properties", {})) - set(schema.get("required", ())))
    }

    assert optional == ON_REQUEST


def test_requests_are_described_as_strictly_as_they_are_read() -> None:
    schemas = CachedSchemaGenerator().get_schema(public=True)["components"]["schemas"]
    # A pull request is a row of a response.
    requests = {name: schemas[name] for name in schemas if name.endswith("Request") and name != "PullRequest"}

    allow_unknown_fields = [
        name for name, schema in requests.items() if schema.get("additionalProperties", True)
    ]
    need_a_change = [name for name, schema in requests.items() if schema.get("minProperties")]
    finding, key = (
        requests["CreateFindingRequest"]["properties"],
        requests["CreateApiKeyRequest"]["properties"],
    )
    credentials = requests["PutSiteCredentialsRequest"]["properties"]
    assert allow_unknown_fields == []
    assert need_a_change == [
        "FindingChangesRequest",
        "TaskChangesRequest",
        "UpdateCampaignRequest",
        "UpdateFindingRequest",
        "UpdateProjectRequest",
        "UpdateSavedViewRequest",
        "UpdateTaskRequest",
        "UpdateWebhookEndpointRequest",
    ]
    assert (finding["title"]["minLength"], "minLength" in finding["description"]) == (1, False)
    assert key["projects"]["items"]["minLength"] == 1
    assert credentials["headers"]["additionalProperties"]["minLength"] == 1


def test_cursor_may_be_empty_as_that_of_the_first_page() -> None:
    document = CachedSchemaGenerator().get_schema(public=True)

    schemas = [
        parameter["schema"]
        for path in document["paths"].values()
        for operation in path.values()
        for parameter in operation.get("parameters", [])
        if parameter["name"] == "cursor"
    ]

    assert [schema for schema in schemas if schema != {"type": "string"}] == []
