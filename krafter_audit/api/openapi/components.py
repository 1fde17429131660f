"""Components of the OpenAPI description that no serializer has."""

from typing import Any

# This module imports no app: the settings import it.


def _meta(*required: str, **further: Any) -> dict[str, Any]:
    request_id = {"type": "string", "description": "Also in the x-request-id header."}
    properties = {"request_id": request_id, **further}
    return {"type": "object", "required": ["request_id", *required], "properties": properties}


PAGE = {"total": {"type": ["integer", "null"]}, "next_cursor": {"type": ["string", "null"]}}
METAS = {
    "Meta": _meta(),
    "ListMeta": _meta(**PAGE),
    "PaginatedListMeta": _meta(*PAGE, **PAGE),
    "WarningsMeta": _meta(warnings={"type": "array", "items": {"type": "string"}}),
    "AsOfMeta": _meta(
        as_of={
            "type": "string",
            "format": "date-time",
            "description": "With `as_of`: the moment of the data.",
        },
        exact_since={
            "type": "string",
            "format": "date-time",
            "description": "With `as_of`: since when each moment is known exactly.",
        },
    ),
}
# The component of a response, by that of its meta: `TaskResponse`, `PaginatedTaskListResponse`.
RESPONSE_NAMES = {
    "Meta": "{}Response",
    "ListMeta": "{}ListResponse",
    "PaginatedListMeta": "Paginated{}ListResponse",
    "WarningsMeta": "{}WithWarningsResponse",
    "AsOfMeta": "{}AsOfResponse",
}
ERROR_ENVELOPE: dict[str, Any] = {
    "type": "object",
    "required": ["data", "meta", "error"],
    "properties": {
        "data": {"type": "null"},
        "meta": {"$ref": "#/components/schemas/Meta"},
        "error": {
            "type": "object",
            "required": ["code", "message", "doc_url"],
            "properties": {
                "code": {"$ref": "#/components/schemas/ErrorCode"},
                "message": {"type": "string", "description": "The first problem, as a sentence."},
                "doc_url": {
                    "type": "string",
                    "format": "uri",
                    "description": "Where the code is documented.",
                },
                "details": {
                    "type": "object",
                    "additionalProperties": True,
                    "description": "For invalid fields a list of sentences by the field's name.",
                },
            },
        },
    },
}


def _header(description: str, kind: str, *, required: bool) -> dict[str, Any]:
    return {"description": description, "required": required, "schema": {"type": kind}}


HEADERS: dict[str, Any] = {
    "RequestId": _header("The id of the request in the logs and the audit log.", "string", required=True),
    "RateLimitLimit": _header("Requests per window of a minute.", "integer", required=True),
    "RateLimitRemaining": _header("Requests left in this window.", "integer", required=True),
    "RateLimitReset": _header("When the next window starts, in Unix seconds.", "integer", required=True),
    "ETag": _header("The version of the resource, for If-Match and If-None-Match.", "string", required=False),
    "Location": _header("The URL of the resource.", "string", required=True),
    "Link": _header(
        'The next page, as `<URL>; rel="next"`; absent on the last one.', "string", required=False
    ),
    "RetryAfter": _header("Seconds to wait before the next request.", "integer", required=False),
    "IdempotentReplayed": _header(
        "`true` if this is the stored response to an earlier request.", "string", required=False
    ),
}
# Headers that every request may send, by name.
REQUEST_HEADERS: dict[str, tuple[dict[str, Any], str]] = {
    "If-Match": (
        {"type": "string"},
        "The ETag of the version to change: 412 if the resource has another one by now.",
    ),
    "If-None-Match": (
        {"type": "string"},
        "The ETag of the version that the client has: 304 if it is current.",
    ),
    "Idempotency-Key": (
        {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]([ -~]*[!-~])?$"},
        "Repeats of the request with the same key return the first response, for 24 hours.",
    ),
}
WIRE_NAMES = {
    "ETag": "etag",
    "Location": "location",
    "Link": "link",
    "RetryAfter": "retry-after",
    "IdempotentReplayed": "idempotent-replayed",
}


def headers(*names: str) -> dict[str, Any]:
    """Return a response's headers: the common headers and the named ones."""
    components = {
        "x-request-id": "RequestId",
        "x-ratelimit-limit": "RateLimitLimit",
        "x-ratelimit-remaining": "RateLimitRemaining",
        "x-ratelimit-reset": "RateLimitReset",
        **{WIRE_NAMES[name]: name for name in names},
    }
    return {name: {"$ref": f"#/components/headers/{component}"} for name, component in components.items()}


COMPONENTS: dict[str, Any] = {
    "schemas": {"Error": ERROR_ENVELOPE, **METAS},
    "headers": HEADERS,
    "responses": {
        "Error": {
            "description": "An error: 400, 401, 403, 404, 405, 406, 409, 412, 413, 415, 422, 429, 500 or 503.",
            "headers": headers("ETag", "RetryAfter"),
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
        },
        "NotModified": {
            "description": "The client has this version: If-None-Match names it.",
            "headers": headers("ETag"),
        },
    },
    "securitySchemes": {
        "apiKey": {"type": "http", "scheme": "bearer", "description": "An API key: kr_live_…"}
    },
}
# Each tag is a path segment; the descriptions are what Swagger UI and generated clients show above a group.
TAG_DESCRIPTIONS = {
    "me": "The API key that sends the request: its user, scopes, projects and limits.",
    "orgs": "The organisation of the API key.",
    "projects": "Projects of the organisation, each with a website.",
    "members": "Members of the organisation, and invitations.",
    "keys": "API keys.",
    "usage": "The quota of the organisation, and what is spent.",
    "events": "The audit log.",
    "findings": "Problems of websites.",
    "regressions": "Findings that came back after they were resolved.",
    "tasks": "The work that closes findings, with comments, labels and due dates.",
    "labels": "Labels of tasks.",
    "campaigns": "Groups of tasks with a common due date.",
    "bulk-changes": "Changes of many findings or tasks, which can be undone.",
    "verifications": "Checks of a finding, repeated on the live site, with their evidence.",
    "guard-windows": "Verifications that are repeated for some time after an approval.",
    "deploys": "Deployments of the website, after which findings are verified.",
    "checks": "The checks that scans and verifications run.",
    "scans": "Scans of websites, their pages and results.",
    "sites": "Websites whose ownership is verified.",
    "access": "Credentials for scanning a site behind a login.",
    "screenshots": "Screenshots, by the SHA-256 in the evidence.",
    "policies": "The rules of a project: severities, due dates, checks, approvals and alerts.",
    "command-center": "The state of a project at a glance.",
    "alerts": "Alerts of a project, and where they are sent.",
    "webhooks": "Endpoints that receive the events of a project.",
    "integrations": "Connections to providers such as GitHub and Jira, and their syncs.",
    "reports": "Summaries, trends, forecasts, exports and share links.",
    "saved-views": "Filters of lists that are saved under a name.",
}
