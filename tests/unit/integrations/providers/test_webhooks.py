"""Signatures and times of deliveries."""

import hashlib
import hmac
from datetime import UTC, datetime
from typing import Any

import pytest

from integrations.providers.webhooks import WebhookRequest, signed_by, timestamp

BODY = b'{"id": 1}'
DIGEST = hmac.new(b"secret", BODY, hashlib.sha256).hexdigest()
NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("headers", "body", "secret", "is_signed"),
    [
        ({"x-signature": f"sha256={DIGEST}"}, BODY, "secret", True),
        ({"x-signature": DIGEST}, BODY, "secret", False),
        ({"x-signature": f"sha256={DIGEST}"}, BODY + b" ", "secret", False),
        ({"x-signature": f"sha256={DIGEST}"}, BODY, "other", False),
        ({"x-signature": "sha256=é"}, BODY, "secret", False),
        ({}, BODY, "secret", False),
    ],
)
def test_signature_is_the_hmac_of_the_body(
    headers: dict[str, str], body: bytes, secret: str, is_signed: bool
) -> None:
    assert signed_by("x-signature", "sha256=")(WebhookRequest(headers, body), secret) is is_signed


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        ("2026-11-01T12:00:00Z", NOON),
        ("2026-11-01T13:00:00+01:00", NOON),
        ("2026-11-01T12:00:00", NOON),
        ("2026-11-01 12:00:00 UTC", NOON),
        (NOON.timestamp(), NOON),
        (str(int(NOON.timestamp())), NOON),
        (NOON.timestamp() * 1000, NOON),
        ("yesterday", None),
        (None, None),
        ({}, None),
        (1e300, None),
        # Outside of the years that are stored.
        ("0001-01-01T00:00:00+14:00", None),
        ("9999-12-31T23:59:59-14:00", None),
    ],
)
def test_timestamp_is_read_in_every_form(value: Any, moment: datetime | None) -> None:
    assert timestamp(value) == moment
