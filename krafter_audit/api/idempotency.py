"""Idempotency-Key: the first answer is kept with the change that it tells of, and given again for 24 hours."""

import hashlib
import json
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
from krafter_audit.api.models import IdempotentAnswer
from krafter_audit.db.advisory_locks import got_turn
from krafter_audit.http.json_encoding import dump_json

KEPT_FOR = timedelta(hours=24)


class IdempotencyKeyReused(ApiError):
    code, status = "idempotency_key_reused", 422
    message = "This Idempotency-Key was used for another request. Take a new key for a new request."


class IdempotencyInProgress(Conflict):
    code = "idempotency_in_progress"
    message = "The first request with this Idempotency-Key is still running. Ask again in a moment."


def key_of(request: Request) -> str | None:
    """Return the request's Idempotency-Key, or None; a key that is not 1 to 255 characters is refused."""
    key = request.headers.get("idempotency-key")
    if key is not None and not (1 <= len(key) <= 255 and key.isprintable()):
        raise InvalidParams(details={"Idempotency-Key": ["Use 1 to 255 printable characters."]})
    return key


def once(
    handler: Callable[..., Response],
    *,
    organization_id: UUID,
    key: str,
    prepare: Callable[[], object] | None = None,
) -> Callable[..., Response]:
    """Wrap a POST so that it is carried out once for its key, in one transaction with its stored answer.

    `prepare` asks what the network has to be asked, where there is no answer yet: no transaction is open meanwhile.
    """

    @wraps(handler)
    def run(request: Request, *args: Any, **kwargs: Any) -> Response:
        fingerprint = _fingerprint(request)
        if prepare and _kept(organization_id, key) is None:
            prepare()
        with transaction.atomic():
            _take_turn(organization_id, key)
            kept = _kept(organization_id, key)
            if kept:
                return _again(kept, fingerprint)
            response = handler(request, *args, **kwargs)
            _keep(organization_id, key, fingerprint, response)
            return response

    return run


def _fingerprint(request: Request) -> str:
    django_request = request._request
    seed = f"{django_request.method} {django_request.get_full_path()}\n".encode() + django_request.body
    return hashlib.sha256(seed).hexdigest()


def _take_turn(organization_id: UUID, key: str) -> None:
    if not got_turn(f"idempotency:{organization_id}:{key}"):
        raise IdempotencyInProgress


def _kept(organization_id: UUID, key: str) -> IdempotentAnswer | None:
    kept = IdempotentAnswer.objects.filter(organization_id=organization_id, key=key).first()
    if kept and kept.created_at < timezone.now() - KEPT_FOR:
        kept.delete()
        return None
    return kept


def _again(kept: IdempotentAnswer, fingerprint: str) -> Response:
    if kept.fingerprint != fingerprint:
        raise IdempotencyKeyReused
    data = json.loads(bytes(kept.body))  # not orjson, which makes floats of the largest numbers
    headers = {"idempotent-replayed": "true", **({"etag": kept.etag} if kept.etag else {})}
    return Response(data, status=kept.status, headers=headers)


def _keep(organization_id: UUID, key: str, fingerprint: str, response: Response) -> None:
    IdempotentAnswer.objects.create(
        organization_id=organization_id,
        key=key,
        fingerprint=fingerprint,
        status=response.status_code,
        body=dump_json(response.data),
        etag=response.headers.get("etag", ""),
    )


def forget_old() -> int:
    """Delete the answers that are older than 24 hours; return how many."""
    return IdempotentAnswer.objects.filter(created_at__lt=timezone.now() - KEPT_FOR).delete()[0]
