"""The OpenAPI description is complete, valid, and served in a form that clients can cache."""

import gzip
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.views import UsageViewSet

PATH = "/api/v1/schema"


def validate() -> None:
    call_command("spectacular", validate=True, fail_on_warn=True, stdout=StringIO())


def test_description_is_valid_openapi_without_warnings() -> None:
    validate()


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


def test_every_operation_needs_a_key_and_has_the_error_response(client: Client) -> None:
    schema = client.get(PATH).json()
    operations = [operation for path in schema["paths"].values() for operation in path.values()]

    assert len(operations) > 50
    assert all(operation["security"] == [{"apiKey": []}] for operation in operations)
    assert all(
        operation["responses"]["default"] == {"$ref": "#/components/responses/Error"}
        for operation in operations
    )
    assert list(schema["components"]["responses"]) == ["Error", "NotModified"]


def test_unchanged_description_is_not_sent_again(client: Client) -> None:
    answer = client.get(PATH)

    same = client.get(PATH, headers={"if-none-match": f"W/{answer['etag']}"})
    older = client.get(PATH, headers={"if-none-match": '"older"'})

    assert (answer.status_code, answer["content-type"], answer["cache-control"]) == (
        200,
        "application/json",
        "no-cache",
    )
    assert (same.status_code, same.content, same["etag"]) == (304, b"", answer["etag"])
    assert (older.status_code, older["etag"]) == (200, answer["etag"])


def test_description_is_compressed_for_clients_that_accept_gzip(client: Client) -> None:
    plain = client.get(PATH).content

    answer: Any = client.get(PATH, headers={"accept-encoding": "gzip"})

    assert answer["content-encoding"] == "gzip"
    assert gzip.decompress(answer.content) == plain
    assert len(answer.content) * 10 < len(plain)


def test_head_of_the_description_has_its_length(client: Client) -> None:
    head = client.head(PATH)

    assert (head.status_code, head.content) == (200, b"")
    assert int(head["content-length"]) == len(client.get(PATH).content)
