"""The OpenAPI description: every answer in its envelope, every refusal in one shape.

Loaded where it is written (`./krafter schema`), never by the web, which serves the file.
"""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension  # noqa: F401  (registers the generator's hooks)
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import extend_schema

type Endpoint = tuple[str, str, str, Any]

REQUEST_ID = {"type": "string", "description": "Also in the x-request-id header."}
REFUSAL: dict[str, Any] = {
    "type": "object",
    "required": ["data", "meta", "error"],
    "properties": {
        "data": {"type": "null"},
        "meta": {"type": "object", "required": ["request_id"], "properties": {"request_id": REQUEST_ID}},
        "error": {
            "type": "object",
            "required": ["code", "message"],
            "properties": {
                "code": {"type": "string"},
                "message": {"type": "string"},
                "details": {"type": "object", "additionalProperties": True},
            },
        },
    },
}


class EnvelopeSchema(AutoSchema):
    """Wraps what a view answers into the envelope and adds the refusals."""

    def get_operation(self, *args: Any, **kwargs: Any) -> dict[str, Any] | None:
        """Describe one operation."""
        operation = super().get_operation(*args, **kwargs)
        if operation is None:
            return None
        for status, response in operation.get("responses", {}).items():
            if str(status).startswith("2"):
                self._wrap(response)
        operation["responses"]["default"] = {
            "description": "A refusal: 400, 401, 403, 404, 405, 406, 409, 412, 413, 415, 422, 429, 500 or 503.",
            "content": {"application/json": {"schema": REFUSAL}},
        }
        operation["security"] = [{"apiKey": []}]
        return operation

    def get_tags(self) -> list[str]:
        """Group by the first word behind `audit/`."""
        words = [word for word in self.path.split("/") if word and not word.startswith("{")]
        return [words[words.index("audit") + 1] if "audit" in words[:-1] else words[-1]]

    def _wrap(self, response: dict[str, Any]) -> None:
        content = response.get("content", {}).get("application/json")
        if not content:
            return
        meta: dict[str, Any] = {"request_id": REQUEST_ID}
        if content.get("schema", {}).get("type") == "array":
            meta |= {"total": {"type": "integer"}, "next_cursor": {"type": ["string", "null"]}}
        content["schema"] = {
            "type": "object",
            "required": ["data", "meta", "error"],
            "properties": {
                "data": content["schema"],
                "meta": {"type": "object", "required": ["request_id"], "properties": meta},
                "error": {"type": "null"},
            },
        }


def read_what_is_described(endpoints: list[Endpoint]) -> list[Endpoint]:
    """Hand the words that views keep to the generator (a drf-spectacular pre-processing hook)."""
    for _, _, _, view in endpoints:
        for action in view.actions.values():
            method = getattr(view.cls, action)
            if "schema" not in vars(method).get("kwargs", {}):
                extend_schema(**getattr(method, "described", {}))(method)
    return endpoints


def add_security(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """Describe the key (a drf-spectacular post-processing hook)."""
    schemes = result.setdefault("components", {}).setdefault("securitySchemes", {})
    schemes["apiKey"] = {"type": "http", "scheme": "bearer", "description": "An API key: kr_live_…"}
    return result
