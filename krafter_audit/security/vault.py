"""Encryption of secrets at rest: AES-256-GCM, bound to an owner, with a key id for rotation.

The format in bytes: `1` (version) · length of the key id · key id · 12 random bytes (nonce) · ciphertext with a 16-byte
tag.
"""

import os
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from krafter_audit.security.key_settings import KEY_ID, decode_key

FORMAT_VERSION = b"\x01"
NONCE_BYTES = 12  # of AES-GCM (NIST SP 800-38D)
TAG_BYTES = 16  # of AES-GCM


class VaultError(Exception):
    """Discloses no secret, key or owner."""


@lru_cache(maxsize=4)
def parse_keys(setting: str) -> dict[str, bytes]:
    """Parse `id:base64,id:base64` into keys of 32 bytes; the first one encrypts. Raises ValueError."""
    keys: dict[str, bytes] = {}
    for position, entry in enumerate(filter(None, (part.strip() for part in setting.split(","))), start=1):
        key_id, _, encoded = entry.partition(":")
        if not KEY_ID.fullmatch(key_id) or not encoded:
            raise ValueError(
                f"Entry {position} is not of the form id:base64 (id: 1 to 32 of A-Z a-z 0-9 _ -)."
            )
        if key_id in keys:
            raise ValueError(f"Entry {position} repeats the key id {key_id!r}.")
        keys[key_id] = decode_key(encoded, position)
    if not keys:
        raise ValueError("No key: set at least one as id:base64 of 32 random bytes.")
    return keys


def _current() -> dict[str, bytes]:
    try:
        return parse_keys(settings.KRAFTER_ENCRYPTION_KEYS)
    except ValueError:
        raise VaultError("KRAFTER_ENCRYPTION_KEYS has no usable key.") from None


def current_key_id() -> str:
    return next(iter(_current()))


def seal(plaintext: bytes, *, owner: tuple[str, ...]) -> bytes:
    """Encrypt for an owner with the current key."""
    key_id, key = next(iter(_current().items()))
    header = _header(key_id)
    # Random and not counted: NIST SP 800-38D allows 2^32 of them for one key.
    nonce = os.urandom(NONCE_BYTES)
    return header + nonce + AESGCM(key).encrypt(nonce, plaintext, _associated_data(header, owner))


def open_sealed(sealed: bytes | memoryview | None, *, owner: tuple[str, ...]) -> bytes:
    """Decrypt a stored value for an owner. Raises VaultError, also for None."""
    sealed = bytes(sealed or b"")
    key_id = key_id_of(sealed)
    key = _current().get(key_id)
    if key is None:
        raise VaultError("The secret is encrypted with a key that is not in KRAFTER_ENCRYPTION_KEYS.")
    header = _header(key_id)
    nonce, ciphertext = sealed[len(header) :][:NONCE_BYTES], sealed[len(header) + NONCE_BYTES :]
    try:
        return AESGCM(key).decrypt(nonce, ciphertext, _associated_data(header, owner))
    except InvalidTag:
        raise VaultError(
            "The secret cannot be decrypted: it was changed, or it belongs to another owner."
        ) from None


def reseal(sealed: bytes | memoryview | None, *, owner: tuple[str, ...]) -> bytes:
    """Encrypt a stored value again, with the current key. Raises VaultError."""
    return seal(open_sealed(sealed, owner=owner), owner=owner)


def open_or_none(sealed: bytes | memoryview | None, *, owner: tuple[str, ...]) -> bytes | None:
    """Decrypt a stored value for an owner; None if there is none or it cannot be decrypted."""
    try:
        return open_sealed(sealed, owner=owner)
    except VaultError:
        return None


def key_id_of(sealed: bytes) -> str:
    """Return the id of a value's key. Raises VaultError."""
    length = sealed[1] if len(sealed) > 1 else 0
    raw = sealed[2 : 2 + length].decode("ascii", "replace")
    too_short = len(sealed) < 2 + length + NONCE_BYTES + TAG_BYTES
    if sealed[:1] != FORMAT_VERSION or too_short or not KEY_ID.fullmatch(raw):
        raise VaultError("This is not an encrypted secret.")
    return raw


def _header(key_id: str) -> bytes:
    return FORMAT_VERSION + bytes([len(key_id)]) + key_id.encode("ascii")


def _associated_data(header: bytes, owner: tuple[str, ...]) -> bytes:
    # Associated data (RFC 5116): a value that was copied to another row, or whose key id was changed, cannot be
    # decrypted. Each part is prefixed with its length, so that ("a", "bc") and ("ab", "c") differ.
    parts = [part.encode("utf-8") for part in owner]
    return header + b"".join(len(part).to_bytes(4, "big") + part for part in parts)
