"""Validate every response of the API that a test's client receives against the OpenAPI description."""

import copy
import gzip
import json
import re
from functools import cache
from typing import Any

from django.test import Client

from krafter_audit.api.openapi.schema import CachedSchemaGenerator
from krafter_audit.web import compression
from tests import iri_grammar

iri_grammar.build_when_used()
from jsonschema import Draft202012Validator  # noqa: E402
from jsonschema.protocols import Validator  # noqa: E402

PARAMETER = re.compile(r"<(?:\w+:)?\w+>|{\w+}")
COMPONENT = "#/components/"
UNDESCRIBED = ("/api/v1/schema", "/api/docs", "/api/v1/hooks/")
DECOMPRESS = {"gzip": gzip.decompress, "zstd": compression.zstd.decompress, "identity": bytes}
# Headers of which a client reads a value; the others are those of the web server and of browsers.
READ_BY_CLIENTS = (
    "content-disposition",
    "etag",
    "idempotent-replayed",
    "link",
    "location",
    "repr-digest",
    "retry-after",
)
send = Client.request


class UntrueDescription(AssertionError):
    """A response that the OpenAPI description does not allow."""


def request_and_validate(client: Client, **request: Any) -> Any:
    """Send a request of a test's client, and validate its response."""
    response = send(client, **request)
    path = str(request.get("PATH_INFO", ""))
    is_preflight = "HTTP_ACCESS_CONTROL_REQUEST_METHOD" in request  # answered before the API
    if path.startswith("/api/v1/") and not path.startswith(UNDESCRIBED) and not is_preflight:
        validate(str(request.get("REQUEST_METHOD", "GET")), response)
    return response


def validate(method: str, response: Any) -> None:
    """Raise UntrueDescription if the description does not allow the response."""
    if response.status_code in (301, 308):
        return
    operation = _operation(method, response.resolver_match)
    if operation is None:
        described = {**_root()["components"]["responses"]["Error"]}
    else:
        described = _described(operation, response.status_code)
    if operation and response.status_code == 200 and method == "GET" and "etag" in response:
        _described(operation, 304)
    response_name = f"{method} {getattr(response.resolver_match, 'route', '')} {response.status_code}"
    _validate_headers(response_name, described.get("headers", {}), response)
    is_write = method not in ("GET", "HEAD", "OPTIONS") and response.status_code < 300
    if is_write and "etag" in described.get("headers", {}) and "etag" not in response:
        raise UntrueDescription(f"{response_name}: the described header etag is missing")
    if method == "HEAD" or response.status_code == 304 or (method, response.status_code) == ("OPTIONS", 204):
        return
    content = described.get("content", {})
    media_type = response["content-type"].split(";")[0]
    if media_type not in content and "*/*" not in content:
        raise UntrueDescription(f"{response_name}: {media_type} is not described")
    schema = content.get(media_type, content.get("*/*"))["schema"]
    if schema.get("format") != "binary":
        _validate_body(response_name, schema, response)


def _validate_headers(response_name: str, described: dict[str, Any], response: Any) -> None:
    for name, header in described.items():
        if _resolve(header).get("required") and name not in response:
            raise UntrueDescription(f"{response_name}: the header {name} is missing")
    # Any response of a deprecated operation has a link to what replaces it (docs/versioning.md).
    of_deprecation = {"link"} if "deprecation" in response else set()
    for name in READ_BY_CLIENTS:
        if name in response and name not in {*described, *of_deprecation}:
            raise UntrueDescription(f"{response_name}: the header {name} is not described")


def _validate_body(response_name: str, schema: dict[str, Any], response: Any) -> None:
    body = json.loads(DECOMPRESS[response.get("content-encoding", "identity")](response.content))
    for error in _validator(json.dumps(schema, sort_keys=True)).iter_errors(body):
        raise UntrueDescription(f"{response_name}: {error.json_path}: {error.message[:500]}")


def _described(operation: dict[str, Any], status: int) -> dict[str, Any]:
    responses = operation["responses"]
    if str(status) in responses:
        return _resolve(responses[str(status)])
    if status < 400:
        raise UntrueDescription(f"{operation['operationId']}: status {status} is not described")
    return _resolve(responses["default"])


@cache
def _root() -> dict[str, Any]:
    """Return the description in which no object may have fields that are not described."""
    return _closed(copy.deepcopy(CachedSchemaGenerator().get_schema(public=True)))


def _closed(value: Any) -> Any:
    if isinstance(value, list):
        return [_closed(element) for element in value]
    if not isinstance(value, dict):
        return value
    closed = {name: _closed(inner) for name, inner in value.items()}
    if closed.get("type") == "object" and isinstance(closed.get("properties"), dict):
        closed.setdefault("additionalProperties", False)
    return closed


@cache
def _operations() -> dict[tuple[str, str], dict[str, Any]]:
    return {
        (method.upper(), PARAMETER.sub("{}", path)): operation
        for path, methods in _root()["paths"].items()
        for method, operation in methods.items()
    }


def _operation(method: str, match: Any) -> dict[str, Any] | None:
    if match is None:
        return None
    path = "/" + PARAMETER.sub("{}", match.route)
    return _operations().get(("GET" if method == "HEAD" else method, path))


def _resolve(described: dict[str, Any]) -> dict[str, Any]:
    reference = described.get("$ref")
    if reference is None:
        return described
    found: Any = _root()["components"]
    for name in reference.removeprefix(COMPONENT).split("/"):
        found = found[name]
    return dict(found)


@cache
def _validator(schema: str) -> Validator:
    root = {**json.loads(schema), "components": _root()["components"]}
    return Draft202012Validator(root, format_checker=Draft202012Validator.FORMAT_CHECKER)
