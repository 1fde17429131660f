"""One link of a chain of evidence: its head, which is hashed and signed, and its body, which the head names by hash.

The head of a link is five lines of text, each ended by a line feed: the words `krafter-audit evidence link 2`, the
project's id, the place in the project's chain, the hash of the link before (64 zeros before the first), and the
SHA-256 of the body in hex. `hash` is SHA-256 of the head in hex, `signature` is Ed25519 over the head.

Format 1 is what was written before there were signatures: `hash` = SHA-256 of the hash before, a line feed, the body.
"""

import hashlib
from dataclasses import dataclass

GENESIS = "0" * 64
FORMAT = 2


@dataclass(frozen=True)
class Head:
    """What a link says of itself without its body."""

    project_id: str
    sequence: int
    previous_hash: str
    body_sha256: str

    @classmethod
    def of(cls, project_id: str, sequence: int, previous_hash: str, body: str) -> "Head":
        """Return the head of a link with this body."""
        return cls(project_id, sequence, previous_hash, sha256(body))

    @property
    def text(self) -> bytes:
        """The bytes that are hashed and signed."""
        told = (self.project_id, self.sequence, self.previous_hash, self.body_sha256)
        return "".join(f"{line}\n" for line in ("krafter-audit evidence link 2", *told)).encode()

    @property
    def hash(self) -> str:
        """SHA-256 of the head, in hex."""
        return hashlib.sha256(self.text).hexdigest()


def sha256(text: str) -> str:
    """Return SHA-256 of a text in UTF-8, in hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def first_hash(previous_hash: str, body: str) -> str:
    """Return the hash of a link of format 1."""
    return sha256(f"{previous_hash}\n{body}")
