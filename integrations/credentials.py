"""The one place where credentials are sealed and opened: for one organisation, project and provider."""

import json
from collections.abc import Mapping
from typing import Any

from integrations.models import Integration
from krafter_audit.security import vault

HIDDEN = "[hidden]"
SHORTEST_SECRET = 6


def owner_of(row: Integration) -> tuple[str, str, str]:
    """Return whom the credentials of a row belong to."""
    return (str(row.organization_id), str(row.project_id), row.provider)


def seal(row: Integration, credentials: Mapping[str, Any]) -> bytes:
    """Seal credentials for a row."""
    return vault.seal(json.dumps(credentials).encode(), owner=owner_of(row))


def opened(row: Integration) -> dict[str, Any]:
    """Open the credentials of a row. Raises VaultError when they do not open."""
    if row.credentials is None:
        raise vault.VaultError("There are no credentials.")
    found: dict[str, Any] = json.loads(vault.open_sealed(bytes(row.credentials), owner=owner_of(row)))
    return found


def resealed(row: Integration) -> bytes:
    """Return the row's credentials, sealed anew with the first key."""
    return vault.seal(
        vault.open_sealed(bytes(row.credentials or b""), owner=owner_of(row)), owner=owner_of(row)
    )


def without_secrets(text: str, credentials: Mapping[str, Any]) -> str:
    """Take whatever a provider may have echoed of the credentials out of a sentence that is kept."""
    for value in sorted(_texts(credentials), key=len, reverse=True):
        text = text.replace(value, HIDDEN)
    return text


def _texts(value: Any) -> list[str]:
    if isinstance(value, Mapping):
        return [text for inner in value.values() for text in _texts(inner)]
    if isinstance(value, list):
        return [text for inner in value for text in _texts(inner)]
    return [value] if isinstance(value, str) and len(value) >= SHORTEST_SECRET else []
