"""Compare whole responses: the same keys in the same order, with rules for values that differ in every run."""

import json
import re
import uuid
from typing import Any

TIME = re.compile(r"\A\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\Z")
REQUEST_ID = re.compile(r"\A[A-Za-z0-9_-]{20}\Z")


class Like:
    """Equals every value that the rule accepts; for values that differ in every run."""

    def __init__(self, rule: Any, name: str) -> None:
        self.rule, self.name = rule, name

    def __eq__(self, other: object) -> bool:
        return bool(self.rule(other))

    def __hash__(self) -> int:
        return hash(self.name)

    def __repr__(self) -> str:
        return f"<{self.name}>"


def is_uuid(value: Any) -> bool:
    return isinstance(value, str) and str(uuid.UUID(value)) == value


UUID = Like(is_uuid, "a UUID")
MOMENT = Like(lambda value: isinstance(value, str) and TIME.match(value), "a time")
META = {"request_id": Like(lambda value: isinstance(value, str) and REQUEST_ID.match(value), "a request id")}


def answer(response: Any) -> dict[str, Any]:
    """Return the body, which has the request id of the headers."""
    body = json.loads(response.content)
    assert response["x-request-id"] == body["meta"]["request_id"]
    return body


def same(body: dict[str, Any], expected: dict[str, Any]) -> None:
    """Assert that the values are equal and all keys are in the same order."""
    assert body == expected
    assert orders(body) == orders(expected)


def orders(value: Any) -> Any:
    if isinstance(value, dict):
        return [(key, orders(inner)) for key, inner in value.items()]
    return [orders(inner) for inner in value] if isinstance(value, list) else None
