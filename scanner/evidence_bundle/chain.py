"""One link of a chain of evidence: its head, which is hashed and signed, and its body.

The formats are described in docs/evidence.md, "Hash and signature".
"""

import hashlib
from dataclasses import dataclass

# In place of the hash before the first link.
GENESIS = "0" * 64
FORMAT = 2


@dataclass(frozen=True)
class Head:
    """The values that identify a link without its body."""

    project_id: str
    sequence: int
    previous_hash: str
    body_sha256: str

    @classmethod
    def with_body(cls, project_id: str, sequence: int, previous_hash: str, body: str) -> "Head":
        return cls(project_id, sequence, previous_hash, sha256(body))

    @property
    def text(self) -> bytes:
        fields = (self.project_id, self.sequence, self.previous_hash, self.body_sha256)
        return "".join(f"{line}\n" for line in ("krafter-audit evidence link 2", *fields)).encode()

    @property
    def hash(self) -> str:
        return hashlib.sha256(self.text).hexdigest()


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def hash_of_format_1(previous_hash: str, body: str) -> str:
    """Return the hash of a link of format 1, which had no signatures."""
    return sha256(f"{previous_hash}\n{body}")
