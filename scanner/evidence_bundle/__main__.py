"""`./krafter verify-evidence FILE`: verify an evidence bundle."""

import argparse
import base64
import binascii
import json
import sys
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from krafter_audit.security.key_settings import KEY_BYTES
from scanner.closed_pipe import exit_on_closed_pipe
from scanner.evidence_bundle.bundle_format import MAX_BUNDLE_BYTES
from scanner.evidence_bundle.keys import from_jwk
from scanner.evidence_bundle.verification import ResultLine, verify

VALID, INVALID, UNREADABLE = 0, 1, 2
LABELS = {"valid": "valid  ", "note": "note   ", "invalid": "INVALID"}
MAX_KEY_FILE_BYTES = 1024 * 1024
NO_KEY = "The file of --public-key contains no public key: JSON Web Keys, PEM or base64."


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the result of each step; return 0 if the bundle is valid, 1 if not, 2 if unreadable."""
    options = _options(arguments)
    try:
        trusted = public_keys(read(options.public_key, MAX_KEY_FILE_BYTES)) if options.public_key else None
        raw = read(options.file, MAX_BUNDLE_BYTES)
    except (OSError, ValueError) as error:
        print(f"verify-evidence: {error}", file=sys.stderr)
        return UNREADABLE
    lines = list(verify(raw, trusted))
    for line in lines:
        show(line)
    is_valid = all(line.word != "invalid" for line in lines)
    print(f"\n{options.file} is {'valid' if is_valid else 'not valid'}.")
    return VALID if is_valid else INVALID


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="./krafter verify-evidence",
        description="Verify a bundle of evidence. Exit status 0: valid; 1: not valid; 2: a file cannot be read.",
    )
    parser.add_argument(
        "file", metavar="FILE", help="the response of GET …/verifications/:id/evidence/bundle"
    )
    parser.add_argument(
        "--public-key",
        metavar="FILE",
        help="the installation's public keys, from another source than the bundle: the response of "
        "/.well-known/krafter-evidence-keys.json, a PEM file, or the 32 bytes in base64",
    )
    return parser.parse_args(arguments)


def show(line: ResultLine) -> None:
    print(
        textwrap.fill(
            line.sentence, 100, initial_indent=f"  {LABELS[line.word]}  ", subsequent_indent=" " * 11
        )
    )


def read(name: str, largest: int) -> bytes:
    """Read a file that is not too large. Raises ValueError or OSError."""
    with Path(name).open("rb") as file:
        raw = file.read(largest + 1)
    if len(raw) > largest:
        raise ValueError(f"{name} is larger than {largest:,} bytes, the maximum.")
    return raw


def public_keys(raw: bytes) -> list[bytes]:
    """Return the keys in a file: JSON Web Keys, PEM, or 32 bytes in base64. Raises ValueError."""
    text = raw.decode("utf-8", errors="replace").strip()
    if text.startswith("{"):
        return _from_json(text)
    if text.startswith("-----BEGIN"):
        return [_from_pem(raw)]
    try:
        # As in KRAFTER_SIGNING_KEYS, the name of the key and a colon may come before it.
        key = base64.b64decode(text.rpartition(":")[2], validate=True)
    except binascii.Error:
        key = b""
    if len(key) != KEY_BYTES:
        raise ValueError(NO_KEY)
    return [key]


def _from_json(text: str) -> list[bytes]:
    try:
        document: Any = json.loads(text)
    except RecursionError:
        raise ValueError(NO_KEY) from None
    found = document.get("keys", [document])
    if not isinstance(found, list):
        raise ValueError(NO_KEY)
    return [from_jwk(jwk)[1] for jwk in found]


def _from_pem(raw: bytes) -> bytes:
    try:
        key = load_pem_public_key(raw)
    except UnsupportedAlgorithm:
        key = None
    if not isinstance(key, Ed25519PublicKey):
        raise ValueError("The PEM file of --public-key contains no Ed25519 public key.")
    return key.public_bytes_raw()


if __name__ == "__main__":
    with exit_on_closed_pipe():
        sys.exit(main())
