"""Limits on the time and size of a request."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Seconds to connect, between two reads, and in total with redirects; bytes of body; number of redirects."""

    connect: float = 5.0
    read: float = 10.0
    total: float = 30.0
    body: int = 2 * 1024 * 1024
    redirects: int = 10
