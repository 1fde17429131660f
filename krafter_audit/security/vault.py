"""Secrets at rest: AES-256-GCM, sealed to their owner, with the id of the key in front for rotation.

A sealed value is, in bytes: `1` (the layout) · length of the key id · key id · 12 random bytes (the nonce) ·
ciphertext with its 16-byte tag. The owner and everything before the nonce are associated data: a value that
was moved to another row, or whose key id was rewritten, does not open.
"""

import os
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from krafter_audit.security.key_settings import KEY_ID, decoded

LAYOUT = b"\x01"
NONCE_BYTES = 12
TAG_BYTES = 16


class VaultError(Exception):
    """A secret could not be sealed or opened. Says nothing of the secret, the key or the owner."""


def parse_keys(setting: str) -> dict[str, bytes]:
    """Read `id:base64,id:base64` into keys of 32 bytes, in that order; the first one seals.

    Raises ValueError with a sentence that names the place in the list and never the key.
    """
    keys: dict[str, bytes] = {}
    for place, entry in enumerate(filter(None, (part.strip() for part in setting.split(","))), start=1):
        key_id, _, encoded = entry.partition(":")
        if not KEY_ID.fullmatch(key_id) or not encoded:
            raise ValueError(f"Entry {place} is not of the form id:base64 (id: 1 to 32 of A-Z a-z 0-9 _ -).")
        if key_id in keys:
            raise ValueError(f"Entry {place} repeats the key id {key_id!r}.")
        keys[key_id] = decoded(encoded, place)
    if not keys:
        raise ValueError("There is no key: set at least one as id:base64 of 32 random bytes.")
    return keys


@lru_cache(maxsize=4)
def _keys(setting: str) -> dict[str, bytes]:
    return parse_keys(setting)


def _current() -> dict[str, bytes]:
    try:
        return _keys(settings.KRAFTER_ENCRYPTION_KEYS)
    except ValueError:
        raise VaultError("KRAFTER_ENCRYPTION_KEYS holds no usable key.") from None


def sealing_key_id() -> str:
    """Return the id of the key that seals now: the first of the setting."""
    return next(iter(_current()))


def seal(plaintext: bytes, *, owner: tuple[str, ...]) -> bytes:
    """Encrypt for one owner with the first key."""
    sealing_id, key = next(iter(_current().items()))
    head = _head(sealing_id)
    nonce = os.urandom(NONCE_BYTES)
    return head + nonce + AESGCM(key).encrypt(nonce, plaintext, _associated(head, owner))


def open_sealed(sealed: bytes, *, owner: tuple[str, ...]) -> bytes:
    """Decrypt for one owner. Raises VaultError for an unknown key, another owner, or a changed value."""
    sealed = bytes(sealed)
    sealed_with = key_id(sealed)
    key = _current().get(sealed_with)
    if key is None:
        raise VaultError("The secret was sealed with a key that KRAFTER_ENCRYPTION_KEYS does not hold.")
    head = _head(sealed_with)
    nonce, ciphertext = sealed[len(head) :][:NONCE_BYTES], sealed[len(head) + NONCE_BYTES :]
    try:
        return AESGCM(key).decrypt(nonce, ciphertext, _associated(head, owner))
    except InvalidTag:
        raise VaultError("The secret does not open: it was changed, or it is another owner's.") from None


def key_id(sealed: bytes) -> str:
    """Return the id of the key that a value was sealed with. Raises VaultError when it is no sealed value."""
    sealed = bytes(sealed)
    length = sealed[1] if len(sealed) > 1 else 0
    raw = sealed[2 : 2 + length].decode("ascii", "replace")
    too_short = len(sealed) < 2 + length + NONCE_BYTES + TAG_BYTES
    if sealed[:1] != LAYOUT or too_short or not KEY_ID.fullmatch(raw):
        raise VaultError("This is not a sealed secret.")
    return raw


def _head(sealing_id: str) -> bytes:
    return LAYOUT + bytes([len(sealing_id)]) + sealing_id.encode("ascii")


def _associated(head: bytes, owner: tuple[str, ...]) -> bytes:
    """Join head and owner so that no two owners read the same: each part has its length in front."""
    parts = [part.encode("utf-8") for part in owner]
    return head + b"".join(len(part).to_bytes(4, "big") + part for part in parts)
