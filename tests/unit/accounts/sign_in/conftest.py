from collections.abc import Iterator

import pytest

from krafter_audit.db import redis_client


@pytest.fixture(autouse=True)
def _no_attempts() -> Iterator[None]:
    """Begin without counted attempts; all tests of a process share the client's address."""
    yield
    server = redis_client.connection()
    for key in server.scan_iter("krafter:lockout:*"):
        server.delete(key)
