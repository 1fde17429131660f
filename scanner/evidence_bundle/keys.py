"""Keys that sign evidence: Ed25519 (RFC 8032). Old keys still verify after a rotation."""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from krafter_audit.security.key_settings import KEY_BYTES, KEY_ID, decode_key


@dataclass(frozen=True)
class Key:
    key_id: str
    is_private: bool
    raw: bytes = field(repr=False)  # 32 bytes: the private key, or only the public one

    def sign(self, message: bytes) -> str:
        return base64.b64encode(self._private.sign(message)).decode()

    @cached_property
    def public(self) -> bytes:
        return self._private.public_key().public_bytes_raw() if self.is_private else self.raw

    @cached_property
    def _private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.raw)


@dataclass(frozen=True)
class Keyring:
    """The keys of an installation: the first one signs."""

    keys: tuple[Key, ...] = ()

    @property
    def signer(self) -> Key | None:
        return self.keys[0] if self.keys else None

    @cached_property
    def public(self) -> Mapping[str, bytes]:
        return {key.key_id: key.public for key in self.keys}


def parse_signing_keys(setting: str) -> Keyring:
    """Parse `id:base64,…`: the first key signs; further ones may be `id:public:base64`.

    Raises ValueError with the position of the invalid entry, and never with the key.
    """
    entries = [part.strip() for part in setting.split(",") if part.strip()]
    keys: dict[str, Key] = {}
    for number, entry in enumerate(entries, start=1):
        key = _key(entry, number)
        if key.key_id in keys:
            raise ValueError(f"Entry {number} repeats the key id {key.key_id!r}.")
        if number == 1 and not key.is_private:
            raise ValueError("Entry 1 is a public key; the first entry signs, and must be a private key.")
        keys[key.key_id] = key
    return Keyring(tuple(keys.values()))


def _key(entry: str, number: int) -> Key:
    key_id, _, rest = entry.partition(":")
    kind, _, encoded = rest.rpartition(":")
    if not KEY_ID.fullmatch(key_id) or not encoded or kind not in ("", "public"):
        raise ValueError(f"Entry {number} is neither id:base64 nor id:public:base64.")
    return Key(key_id, kind != "public", decode_key(encoded, number))


def is_valid_signature(public: bytes, signature: str, message: bytes) -> bool:
    """Return whether the signature (base64) is this key's over the message."""
    try:
        raw = base64.b64decode(signature, validate=True)
        # Base64 has several spellings of the same bytes; only one is the stored signature.
        if base64.b64encode(raw).decode() != signature:
            return False
        Ed25519PublicKey.from_public_bytes(public).verify(raw, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def fingerprint(public: bytes) -> str:
    """Return SHA-256 of the 32 bytes of the public key in hex, for comparison by people."""
    return hashlib.sha256(public).hexdigest()


def as_jwk(key_id: str, public: bytes) -> dict[str, Any]:
    """Return a public key as a JSON Web Key (RFC 8037)."""
    x = base64.urlsafe_b64encode(public).decode().rstrip("=")
    return {"kty": "OKP", "crv": "Ed25519", "kid": key_id, "x": x, "alg": "EdDSA", "use": "sig"}


def from_jwk(jwk: Any) -> tuple[str, bytes]:
    """Return the id and the 32 bytes of a JSON Web Key. Raises ValueError when it is not one of Ed25519."""
    if not isinstance(jwk, dict) or (jwk.get("kty"), jwk.get("crv")) != ("OKP", "Ed25519"):
        raise ValueError("This is not a JSON Web Key of Ed25519.")
    key_id, x = jwk.get("kid"), jwk.get("x")
    if not isinstance(key_id, str) or not KEY_ID.fullmatch(key_id) or not isinstance(x, str):
        raise ValueError("The JSON Web Key has no usable id or no key in it.")
    # A JSON Web Key has no padding (RFC 7515).
    raw = base64.urlsafe_b64decode(x + "=" * (-len(x) % 4))
    if len(raw) != KEY_BYTES:
        raise ValueError(f"The key {key_id} has {len(raw)} bytes instead of {KEY_BYTES}.")
    return key_id, raw
