"""Components of the OpenAPI description that no serializer has."""

from typing import Any

# Plain data without imports of apps: the settings import this module.
REQUEST_ID = {"type": "string", "description": "Also in the x-request-id header."}
ERROR_ENVELOPE: dict[str, Any] = {
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
COMPONENTS: dict[str, Any] = {
    "schemas": {"Error": ERROR_ENVELOPE},
    "responses": {
        "Error": {
            "description": "An error: 400, 401, 403, 404, 405, 406, 409, 412, 413, 415, 422, 429, 500 or 503.",
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
        }
    },
    "securitySchemes": {
        "apiKey": {"type": "http", "scheme": "bearer", "description": "An API key: kr_live_…"}
    },
}
