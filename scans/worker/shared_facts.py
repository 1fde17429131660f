"""The data that the workers of a scan share in Redis: facts of its site, and which failures are confirmed.

While Redis is unavailable each process has its own.
"""

import base64
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import redis

from krafter_audit.db import redis_client
from krafter_audit.http.json_encoding import dump_json, load_json
from krafter_audit.http.responses import Headers, Response
from scanner.confirmation import CONFIRMED_PAGES, ConfirmFirst
from scanner.fetcher import Memo

KEY_PREFIX = "krafter:scan:"
TTL_SECONDS = 3600  # longer than a scan
# The body of a response and the redirects to it; larger ones are fetched by each process.
MAX_SHARED_BODY_BYTES = 256 * 1024
# The fields of a response that are stored as they are.
PLAIN_FIELDS = (
    "method", "url", "status", "truncated", "address", "ttfb_ms", "duration_ms", "encoded_size", "interrupted",
)  # fmt: skip


class SharedFacts(Memo):
    """The facts of a scan's site: robots.txt, sitemap, links' statuses, static files."""

    def __init__(self, scan_id: UUID) -> None:
        super().__init__()
        self._key = f"{KEY_PREFIX}{scan_id}:facts"

    def once[T](self, name: str, produce: Callable[[], T]) -> T:
        """Return the fact: of this process, of another one, or produced now."""
        return super().once(name, lambda: self._shared(name, produce))

    def add(self, name: str, fact: Any) -> None:
        super().add(name, fact)
        if not isinstance(fact, Response):  # the response of a page is used once, and soon
            self._share(name, fact)

    def _shared[T](self, name: str, produce: Callable[[], T]) -> T:
        stored = redis_client.call_or_default(lambda server: server.hget(self._key, name), None)
        if stored is not None:
            return _decode(load_json(stored))
        fact = produce()
        self._share(name, fact)
        return fact

    def _share(self, name: str, fact: Any) -> None:
        encoded = _encode(fact)
        if encoded is None:
            return

        def store(server: redis.Redis) -> None:
            pipeline = server.pipeline(transaction=False)
            pipeline.hset(self._key, name, dump_json(encoded))
            pipeline.expire(self._key, TTL_SECONDS)
            pipeline.execute()

        redis_client.call_or_default(store, None)


class SharedConfirmation:
    """Which failures of a scan are confirmed: by `ConfirmFirst`, for all workers together."""

    def __init__(self, scan_id: UUID) -> None:
        self._key = f"{KEY_PREFIX}{scan_id}:confirmations"
        self._own = ConfirmFirst()

    def is_required(self, key: str) -> bool:
        counts = redis_client.call_or_default(lambda server: server.hmget(self._key, [key, f"-{key}"]), None)
        if counts is None:
            return self._own.is_required(key)
        agreed, disagreed = counts
        return bool(disagreed) or int(agreed or 0) < CONFIRMED_PAGES or key in self._own.contradicted

    def record(self, key: str, agreed: bool) -> None:
        self._own.record(key, agreed)

        def count(server: redis.Redis) -> None:
            server.hincrby(self._key, key if agreed else f"-{key}", 1)
            server.expire(self._key, TTL_SECONDS)

        redis_client.call_or_default(count, None)


def delete_shared(scan_id: UUID) -> None:
    """Delete the facts that the workers of a finished scan have shared."""
    keys = [f"{KEY_PREFIX}{scan_id}:{name}" for name in ("facts", "confirmations")]
    redis_client.call_or_default(lambda server: server.delete(*keys), 0)


def _encode(fact: Any) -> dict[str, Any] | None:
    # The status of a link; None if the link did not answer.
    if fact is None or isinstance(fact, int):
        return {"status": fact}
    if isinstance(fact, Response) and _body_bytes(fact) <= MAX_SHARED_BODY_BYTES:
        return {"response": _encode_response(fact)}
    return None


def _body_bytes(response: Response) -> int:
    return sum(len(received.body) for received in (response, *response.history))


def _decode(stored: dict[str, Any]) -> Any:
    return _decode_response(stored["response"]) if "response" in stored else stored["status"]


def _encode_response(response: Response) -> dict[str, Any]:
    return {
        **{name: getattr(response, name) for name in PLAIN_FIELDS},
        "headers": response.headers.items(),
        "body": base64.b64encode(response.body).decode(),
        "started_at": response.started_at.isoformat(),
        "history": [_encode_response(redirect) for redirect in response.history],
    }


def _decode_response(stored: Mapping[str, Any]) -> Response:
    return Response(
        **{name: stored[name] for name in PLAIN_FIELDS},
        headers=Headers((name.encode(), value.encode()) for name, value in stored["headers"]),
        body=base64.b64decode(stored["body"]),
        started_at=datetime.fromisoformat(stored["started_at"]),
        history=tuple(_decode_response(redirect) for redirect in stored["history"]),
    )
