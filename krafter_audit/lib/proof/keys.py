"""The keys that sign evidence: Ed25519 (RFC 8032), named by ids, so that old ones are still known after a rotation."""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from krafter_audit.lib.named_keys import KEY_BYTES, KEY_ID, decoded


@dataclass(frozen=True)
class Signer:
    """What signs now."""

    key_id: str
    private: Ed25519PrivateKey = field(repr=False)

    def sign(self, message: bytes) -> str:
        """Return the signature as base64."""
        return base64.b64encode(self.private.sign(message)).decode()


@dataclass(frozen=True)
class Keyring:
    """The keys of an installation: one that signs, and all that are known by their public half (32 bytes)."""

    signer: Signer | None = None
    public: Mapping[str, bytes] = field(default_factory=dict)


def parse_signing_keys(setting: str) -> Keyring:
    """Read `id:base64,…`: the first signs. Further ones are known still, whole or as `id:public:base64`.

    Raises ValueError with a sentence that names the place in the list and never the key.
    """
    entries = [part.strip() for part in setting.split(",") if part.strip()]
    read = [_entry(entry, place) for place, entry in enumerate(entries, start=1)]
    signer: Signer | None = None
    public: dict[str, bytes] = {}
    for place, (key_id, half, raw) in enumerate(read, start=1):
        if key_id in public:
            raise ValueError(f"Entry {place} repeats the key id {key_id!r}.")
        private = None if half == "public" else Ed25519PrivateKey.from_private_bytes(raw)
        if place == 1 and private is None:
            raise ValueError("Entry 1 is a public key; the first one signs and has to be whole.")
        if place == 1 and private:
            signer = Signer(key_id, private)
        public[key_id] = private.public_key().public_bytes_raw() if private else raw
    return Keyring(signer, public)


def _entry(entry: str, place: int) -> tuple[str, str, bytes]:
    key_id, _, rest = entry.partition(":")
    half, _, encoded = rest.rpartition(":")
    if not KEY_ID.fullmatch(key_id) or not encoded or half not in ("", "public"):
        raise ValueError(f"Entry {place} is neither id:base64 nor id:public:base64.")
    return key_id, half, decoded(encoded, place)


def holds(public: bytes, signature: str, message: bytes) -> bool:
    """Tell whether the signature (base64, in its one spelling) is this key's over the message."""
    try:
        raw = base64.b64decode(signature, validate=True)
        if base64.b64encode(raw).decode() != signature:
            return False
        Ed25519PublicKey.from_public_bytes(public).verify(raw, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def fingerprint(public: bytes) -> str:
    """Return what two people compare: SHA-256 of the 32 bytes of the public key, in hex."""
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
    raw = base64.urlsafe_b64decode(x + "=" * (-len(x) % 4))
    if len(raw) != KEY_BYTES:
        raise ValueError(f"The key {key_id} has {len(raw)} bytes; it takes {KEY_BYTES}.")
    return key_id, raw
