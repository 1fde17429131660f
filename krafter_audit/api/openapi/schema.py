from functools import cache
from threading import Lock
from typing import Any

from drf_spectacular.extensions import OpenApiSerializerExtension
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers

from krafter_audit.api.errors import all_errors
from krafter_audit.api.openapi.components import REQUEST_HEADERS, RESPONSE_NAMES, headers
from krafter_audit.api.openapi.examples import add_examples
from krafter_audit.api.serializers import ChangesRequestSerializer

VERBS = {
    "list": "list",
    "retrieve": "get",
    "create": "create",
    "partial_update": "update",
    "update": "replace",
    "destroy": "delete",
}
# drf-spectacular loads its extensions with the first description; another thread at that time fails.
GENERATION = Lock()


class DescriptionGenerator(SchemaGenerator):
    """Add the codes of all errors and an example of each body."""

    def get_schema(self, request: Any = None, public: bool = False) -> dict[str, Any]:
        schema: dict[str, Any] = super().get_schema(request, public)
        codes = [error.code for error in all_errors()]
        schema["components"]["schemas"]["ErrorCode"] = {"type": "string", "enum": codes}
        add_examples(schema)
        return schema


class CachedSchemaGenerator(DescriptionGenerator):
    def get_schema(self, request: Any = None, public: bool = False) -> dict[str, Any]:
        with GENERATION:
            return _generate(public)


# Built once for each process: it takes 200 ms.
@cache
def _generate(public: bool) -> dict[str, Any]:
    return DescriptionGenerator().get_schema(public=public)


class RequestBodyExtension(OpenApiSerializerExtension):
    """Describe what the API refuses in each request body: unknown fields, blank strings, and changes of nothing."""

    target_class = "krafter_audit.api.serializers.RequestSerializer"
    match_subclasses = True

    def map_serializer(self, auto_schema: AutoSchema, direction: Any) -> dict[str, Any]:
        schema: dict[str, Any] = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)
        for name, field in self.target.fields.items():
            _forbid_blank(field, schema["properties"][name])
        schema["additionalProperties"] = False
        if isinstance(self.target, ChangesRequestSerializer):
            schema["minProperties"] = 1
        return schema


def _forbid_blank(field: Any, schema: dict[str, Any]) -> None:
    if isinstance(field, serializers.CharField) and not field.allow_blank:
        schema.setdefault("minLength", 1)
    elif isinstance(field, serializers.ListField):
        _forbid_blank(field.child, schema["items"])
    elif isinstance(field, serializers.DictField):
        _forbid_blank(field.child, schema["additionalProperties"])


class EnvelopeSchema(AutoSchema):
    def get_operation(self, *args: Any, **kwargs: Any) -> dict[str, Any] | None:
        operation: dict[str, Any] | None = super().get_operation(*args, **kwargs)
        if operation is None:
            return None
        parameters = {parameter["name"] for parameter in operation.get("parameters", ())}
        is_paged = "cursor" in parameters
        for status, response in operation.get("responses", {}).items():
            names = self._headers(str(status), is_paged=is_paged, has_etag=self._has_etag(response))
            self._wrap(response, is_paged=is_paged, has_as_of="as_of" in parameters)
            response["headers"] = {**response.get("headers", {}), **headers(*names)}
        operation["responses"]["default"] = {"$ref": "#/components/responses/Error"}
        if "If-None-Match" in self._request_headers():
            operation["responses"]["304"] = {"$ref": "#/components/responses/NotModified"}
        return operation

    def get_override_parameters(self) -> list[Any]:
        described = [(name, *REQUEST_HEADERS[name]) for name in self._request_headers()]
        return [
            OpenApiParameter(name, schema, OpenApiParameter.HEADER, description=text)
            for name, schema, text in described
        ]

    def is_deprecated(self) -> bool:
        return self._action in getattr(self.view, "deprecations", ())

    def get_operation_id(self) -> str:
        """Return an id such as `list_findings`, `get_task` or `approve_verification`."""
        action = self._action
        words = [word.replace("-", "_") for word in self._words()]
        if action in VERBS:
            names, verb = words, VERBS[action]
        elif self.method != "GET":
            names, verb = (words[:-1] if words[-1] == action else words), action
        else:
            names, verb = words, "list" if self._is_list_view() else "get"
        *parents, last = names
        name = last if verb == "list" else singular(last)
        return "_".join([verb, *(singular(parent) for parent in parents), name])

    @property
    def _action(self) -> str:
        return str(getattr(self.view, "action", ""))

    def get_tags(self) -> list[str]:
        # Operations are grouped by the first path segment after `audit/`.
        return self._words()[:1]

    def _words(self) -> list[str]:
        words = [word for word in self.path.split("/") if word and not word.startswith("{")]
        if "audit" in words[:-1]:
            return words[words.index("audit") + 1 :]
        below = words[words.index("v1") + 1 :]
        return below[1:] if below[0] == "orgs" and len(below) > 1 else below

    def _request_headers(self) -> list[str]:
        is_conditional = self._action in getattr(self.view, "conditional_actions", ())
        if self.method == "GET":
            return ["If-None-Match"] if is_conditional else []
        names = ["Idempotency-Key"] if self.method == "POST" else ["If-Match"]
        return [*names, *(["If-Match"] if self.method == "POST" and is_conditional else ())]

    def _has_etag(self, response: dict[str, Any]) -> bool:
        if self.method == "GET":
            return "If-None-Match" in self._request_headers()
        content = response.get("content", {}).get("application/json", {"schema": {}})
        name = content["schema"].get("$ref", "").rpartition("/")[2]
        row = self.registry[(name, ResolvedComponent.SCHEMA)].schema if name else {}
        return self.method in ("PUT", "PATCH") or "updated_at" in row.get("properties", {})

    def _headers(self, status: str, *, is_paged: bool, has_etag: bool) -> list[str]:
        names = ["ETag"] if has_etag else []
        if self.method == "POST":
            names.append("IdempotentReplayed")
        if status in ("201", "202"):
            names.append("Location")
        if status == "202":
            names.append("RetryAfter")
        return [*names, *(["Link"] if is_paged else ())]

    def _wrap(self, response: dict[str, Any], *, is_paged: bool, has_as_of: bool) -> None:
        if not response.get("content"):
            response["content"] = {"application/json": {"schema": {"type": "null"}}}
        content = response["content"].get("application/json")
        if not content:
            return
        data = content["schema"]
        if data.get("format") == "binary":
            # The file is a JSON document, not a string; clients save it unchanged.
            del data["type"]
            return
        meta = self._meta(is_list="items" in data, is_paged=is_paged, has_as_of=has_as_of)
        resource = data.get("items", data).get("$ref", "Empty").rpartition("/")[2]
        schema = {
            "type": "object",
            "required": ["data", "meta", "error"],
            "properties": {
                "data": data,
                "meta": {"$ref": f"#/components/schemas/{meta}"},
                "error": {"type": "null"},
            },
        }
        name = RESPONSE_NAMES[meta].format(resource)
        component = ResolvedComponent(name, ResolvedComponent.SCHEMA, schema, object=name)
        self.registry.register_on_missing(component)
        content["schema"] = component.ref

    def _meta(self, *, is_list: bool, is_paged: bool, has_as_of: bool) -> str:
        if is_list:
            return "PaginatedListMeta" if is_paged else "ListMeta"
        if self._action in getattr(self.view, "warning_actions", ()):
            return "WarningsMeta"
        return "AsOfMeta" if has_as_of else "Meta"


def singular(word: str) -> str:
    if word.endswith("ies"):
        return f"{word[:-3]}y"
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word
