"""Keys of 32 bytes with a name, as settings write them: `id:base64`. Needs nothing but the standard library."""

import base64
import binascii
import re

KEY_BYTES = 32
KEY_ID = re.compile(r"[A-Za-z0-9_-]{1,32}")


def decoded(encoded: str, place: int) -> bytes:
    """Return the 32 bytes of the entry at a place of the list; `-_` may stand for `+/`.

    Raises ValueError with a sentence that names the place and never the key.
    """
    try:
        key = base64.b64decode(encoded.translate(str.maketrans("-_", "+/")), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError(f"The key of entry {place} is not base64.") from None
    if len(key) != KEY_BYTES:
        raise ValueError(f"The key of entry {place} has {len(key)} bytes; it takes {KEY_BYTES}.")
    return key
