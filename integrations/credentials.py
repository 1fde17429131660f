"""Encrypt and decrypt the credentials of integrations. No other module does."""

import json
from collections.abc import Mapping
from typing import Any

from integrations.models import Integration
from krafter_audit.security import vault

REDACTED = "[hidden]"
# Shorter values are words such as "shop", which a message may contain by chance.
MIN_SECRET_LENGTH = 6


def owner_of(integration: Integration) -> tuple[str, str, str]:
    # A sealed value opens only for its owner: copied to another row, it is useless.
    return (str(integration.organization_id), str(integration.project_id), integration.provider)


def seal(integration: Integration, credentials: Mapping[str, Any]) -> bytes:
    return vault.seal(json.dumps(credentials).encode(), owner=owner_of(integration))


def open_credentials(integration: Integration) -> dict[str, Any]:
    """Decrypt the credentials. Raises VaultError."""
    if integration.credentials is None:
        raise vault.VaultError("There are no credentials.")
    return json.loads(vault.open_sealed(integration.credentials, owner=owner_of(integration)))


def redact(text: str, credentials: Mapping[str, Any]) -> str:
    """Remove credentials that a provider may have echoed from a text."""
    # The longest first: a short credential may be a part of a long one, whose rest would remain.
    for value in sorted(_texts(credentials), key=len, reverse=True):
        text = text.replace(value, REDACTED)
    return text


def _texts(value: Any) -> list[str]:
    if isinstance(value, Mapping):
        return [text for inner in value.values() for text in _texts(inner)]
    if isinstance(value, list):
        return [text for inner in value for text in _texts(inner)]
    return [value] if isinstance(value, str) and len(value) >= MIN_SECRET_LENGTH else []
