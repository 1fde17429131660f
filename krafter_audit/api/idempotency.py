"""Idempotency-Key: store the first response with its change, and repeat it for 24 hours."""

import hashlib
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from krafter_audit.api.errors import ApiError, Conflict, InvalidParams
from krafter_audit.api.models import IdempotentResponse
from krafter_audit.db.advisory_locks import try_advisory_lock
from krafter_audit.db.deletion import delete_in_batches
from krafter_audit.http.json_encoding import dump_json, load_json
from krafter_audit.security import vault
from krafter_audit.security.vault import VaultError

RETENTION = timedelta(hours=24)  # how long a response is stored to be repeated


class IdempotencyKeyReused(ApiError):
    code, status = "idempotency_key_reused", 422
    message = "This Idempotency-Key was used for another request. Use a new key for a new request."


class IdempotencyInProgress(Conflict):
    code = "idempotency_in_progress"
    message = "The first request with this Idempotency-Key is still running. Try again shortly."


def key_from(request: Request) -> str | None:
    """Return the request's Idempotency-Key, or None. Raises InvalidParams."""
    key = request.headers.get("idempotency-key")
    if key is not None and not (1 <= len(key) <= 255 and key.isprintable()):
        raise InvalidParams(details={"Idempotency-Key": ["Use 1 to 255 printable characters."]})
    return key


def run_once(
    handler: Callable[..., Response],
    *,
    organization_id: UUID,
    bound_to: str,
    key: str,
    prepare: Callable[[], object] | None,
    sealed: bool = False,
) -> Callable[..., Response]:
    """Wrap a POST handler so that it runs once per key, in one transaction with its stored response.

    `bound_to` are ids: a request with others is another one. `prepare` does the handler's network I/O before the
    transaction. `sealed`: the response is stored encrypted.
    """

    @wraps(handler)
    def run(request: Request, *args: Any, **kwargs: Any) -> Response:
        fingerprint = _fingerprint(request, bound_to)
        # Not locked: no transaction is open during network I/O. The check below decides.
        if prepare and _stored(organization_id, key) is None:
            prepare()
        with transaction.atomic():
            _lock(organization_id, key)
            stored = _stored(organization_id, key)
            if stored:
                return _replay(stored, fingerprint)
            response = handler(request, *args, **kwargs)
            _store(organization_id, key, fingerprint, response, sealed=sealed)
            return response

    return run


def _fingerprint(request: Request, bound_to: str) -> str:
    django_request = request._request
    line = f"{django_request.method} {django_request.get_full_path()} {bound_to}\n"
    return hashlib.sha256(line.encode() + django_request.body).hexdigest()


def _lock(organization_id: UUID, key: str) -> None:
    # A lock on the key, since there is no row yet that two simultaneous requests could lock.
    if not try_advisory_lock(f"idempotency:{organization_id}:{key}"):
        raise IdempotencyInProgress


def _stored(organization_id: UUID, key: str) -> IdempotentResponse | None:
    stored = IdempotentResponse.objects.filter(organization_id=organization_id, key=key).first()
    if stored and stored.created_at < timezone.now() - RETENTION:
        stored.delete()
        return None
    return stored


def _replay(stored: IdempotentResponse, fingerprint: str) -> Response:
    # The same key for another request is a client's defect, not a retry.
    if stored.fingerprint != fingerprint:
        raise IdempotencyKeyReused
    data = load_json(_body_of(stored))
    headers = {"idempotent-replayed": "true", "etag": stored.etag, "location": stored.location}
    return Response(
        data, status=stored.status, headers={name: value for name, value in headers.items() if value}
    )


def _body_of(stored: IdempotentResponse) -> bytes:
    if not stored.is_sealed:
        return bytes(stored.body)
    try:
        return vault.open_sealed(stored.body, owner=_owner(stored.organization_id, stored.key))
    except VaultError:
        # The encryption key was removed meanwhile.
        raise IdempotencyKeyReused from None


def _owner(organization_id: UUID, key: str) -> tuple[str, ...]:
    return (str(organization_id), "idempotency", key)


def _store(organization_id: UUID, key: str, fingerprint: str, response: Response, *, sealed: bool) -> None:
    # Null replaces secrets, which are stored nowhere.
    unstored = dict.fromkeys(getattr(response, "unstored_fields", ()))
    body = dump_json({**response.data, **unstored} if unstored else response.data)
    IdempotentResponse.objects.create(
        organization_id=organization_id,
        key=key,
        fingerprint=fingerprint,
        status=response.status_code,
        body=vault.seal(body, owner=_owner(organization_id, key)) if sealed else body,
        is_sealed=sealed,
        etag=response.headers.get("etag", ""),
        location=response.headers.get("location", ""),
    )


def delete_expired() -> int:
    expired = IdempotentResponse.objects.filter(created_at__lt=timezone.now() - RETENTION)
    return delete_in_batches(expired.order_by("created_at"))
