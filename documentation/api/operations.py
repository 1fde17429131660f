import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from documentation.api.request_bodies import example_body
from krafter_audit.api.openapi.schema import CachedSchemaGenerator, singular

SERVER, KEY, ORGANIZATION, PROJECT = (
    f"KRAFTER_AUDIT_{name}" for name in ("URL", "API_KEY", "ORG", "PROJECT")
)
METHODS = ("get", "post", "put", "patch", "delete")
PROJECT_PATH = "/api/v1/orgs/{org_id}/projects/{project_id}/audit"
# Values of path parameters that are words; the others are ids, which the examples read from variables.
PATH_WORDS = {"provider": "github", "channel": "email"}
TITLES = {
    "access": "Site credentials",
    "keys": "API keys",
    "me": "The API key in use",
    "orgs": "Organisations",
    "usage": "Quota",
}


@dataclass(frozen=True)
class ApiField:
    name: str
    kind: str
    is_required: bool
    description: str


@dataclass(frozen=True)
class Operation:
    """A method of a path."""

    id: str
    method: str
    path: str
    tag: str
    summary: str
    description: str
    parameters: tuple[ApiField, ...]
    headers: tuple[ApiField, ...]
    fields: tuple[ApiField, ...]
    body_name: str
    body: Any  # an example; None without a body
    statuses: tuple[str, ...]
    is_file: bool

    @property
    def anchor(self) -> str:
        return self.id.replace("_", "-")

    @property
    def short_path(self) -> str:
        return self.path.replace(PROJECT_PATH, "…")

    @property
    def path_parameters(self) -> list[str]:
        return re.findall(r"\{(\w+)\}", self.path)

    def variable(self, parameter: str) -> str:
        """Return the environment variable of a path parameter: `FINDING_ID` for the id of a finding."""
        if parameter == "id":
            before = self.path.split("/{id}")[0].rsplit("/", 1)[1]
            parameter = f"{singular(before.replace('-', '_'))}_id"
        known = {"org_id": ORGANIZATION, "project_id": PROJECT}
        return known.get(parameter, parameter.upper())

    @property
    def variables(self) -> list[str]:
        """Return the variables that the examples read, beside those of every example."""
        names = [
            self.variable(parameter) for parameter in self.path_parameters if parameter not in PATH_WORDS
        ]
        names += sorted(set(re.findall(r"\$([A-Z_0-9]+)", str(self.body))))
        return [name for name in dict.fromkeys(names) if name not in (ORGANIZATION, PROJECT)]


@cache
def all_operations() -> list[Operation]:
    schema = CachedSchemaGenerator().get_schema(public=True)
    return [
        _operation(schema, method, path, item[method])
        for path, item in schema["paths"].items()
        for method in METHODS
        if method in item
    ]


def resources() -> dict[str, list[Operation]]:
    """Return the operations by tag, sorted by the titles of the tags."""
    found: dict[str, list[Operation]] = {}
    for operation in all_operations():
        found.setdefault(operation.tag, []).append(operation)
    return dict(sorted(found.items(), key=lambda item: resource_title(item[0])))


def resource_title(tag: str) -> str:
    return TITLES.get(tag, tag.replace("-", " ").capitalize())


def _operation(
    schema: Mapping[str, Any], method: str, path: str, operation_object: dict[str, Any]
) -> Operation:
    content = operation_object.get("requestBody", {}).get("content", {}).get("application/json", {})
    name = content.get("schema", {}).get("$ref", "").rsplit("/", 1)[-1]
    fields = schema["components"]["schemas"].get(name, {})
    return Operation(
        id=operation_object["operationId"],
        method=method.upper(),
        path=path,
        tag=operation_object["tags"][0],
        summary=operation_object.get("summary", ""),
        description=operation_object.get("description", ""),
        parameters=_parameters(operation_object, "query"),
        headers=_parameters(operation_object, "header"),
        fields=tuple(
            ApiField(
                key, type_in_words(value), key in fields.get("required", ()), value.get("description", "")
            )
            for key, value in fields.get("properties", {}).items()
        ),
        body_name=name,
        body=example_body(operation_object["operationId"], content["example"]) if name else None,
        statuses=tuple(status for status in operation_object["responses"] if status != "default"),
        is_file=_is_file(operation_object["responses"]),
    )


def _parameters(operation_object: Mapping[str, Any], location: str) -> tuple[ApiField, ...]:
    return tuple(
        _parameter(parameter)
        for parameter in operation_object.get("parameters", ())
        if parameter["in"] == location
    )


def _parameter(parameter_object: Mapping[str, Any]) -> ApiField:
    required, text = parameter_object.get("required", False), parameter_object.get("description", "")
    return ApiField(parameter_object["name"], type_in_words(parameter_object["schema"]), required, text)


def type_in_words(schema: Mapping[str, Any]) -> str:
    """Return the type of a value in words: `string (uuid) or null`, `list of string`, `low, medium or high`."""
    if "enum" in schema:
        return _choice([str(value) for value in schema["enum"] if value is not None])
    if "$ref" in schema:
        return "object"
    if "oneOf" in schema:
        return _choice([type_in_words(subschema) for subschema in schema["oneOf"]])
    types = schema.get("type", "any")
    if types == "array":
        return f"list of {type_in_words(schema.get('items', {}))}"
    names = [types] if isinstance(types, str) else list(types)
    names[0] += f" ({schema['format']})" if "format" in schema else ""
    return _choice(names)


def _choice(words: list[str]) -> str:
    return " or ".join(part for part in (", ".join(words[:-1]), words[-1]) if part)


def _is_file(responses: Mapping[str, Any]) -> bool:
    contents = [
        content["schema"]
        for status, response in responses.items()
        if status.startswith("2")
        for content in response.get("content", {}).values()
    ]
    return any(schema.get("format") == "binary" for schema in contents)
