"""Keys of 32 bytes with an id, in the form of settings: `id:base64`."""

# Standard library only: `./krafter verify-evidence` runs without Django.
import base64
import binascii
import re

KEY_BYTES = 32  # of AES-256 and of an Ed25519 seed
KEY_ID = re.compile(r"[A-Za-z0-9_-]{1,32}")


def decode_key(encoded: str, position: int) -> bytes:
    """Return the 32 bytes of an entry: base64, or base64url as in a JSON Web Key. Raises ValueError."""
    padded = encoded + "=" * (-len(encoded) % 4)
    try:
        key = base64.b64decode(padded.translate(str.maketrans("-_", "+/")), validate=True)
    except (binascii.Error, ValueError):
        # Messages name the position and never the key: they are logged.
        raise ValueError(f"The key of entry {position} is not base64.") from None
    if len(key) != KEY_BYTES:
        raise ValueError(f"The key of entry {position} has {len(key)} bytes; it must have {KEY_BYTES}.")
    return key
