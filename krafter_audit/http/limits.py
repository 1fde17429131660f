"""How long a request may take, and how much of an answer is read."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Seconds for a connection, for a silence, and for all with redirects; bytes of a body; redirects."""

    connect: float = 5.0
    read: float = 10.0
    total: float = 30.0
    body: int = 2 * 1024 * 1024
    redirects: int = 10
