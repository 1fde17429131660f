from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from integrations.providers.errors import ProviderUnavailable


@contextmanager
def unavailable_for(seconds: int, match: str | None = None) -> Iterator[None]:
    """Assert that the block raises ProviderUnavailable, with a time to retry that is so many seconds away."""
    with pytest.raises(ProviderUnavailable, match=match) as caught:
        yield
    assert caught.value.retry_at is not None
    wait = caught.value.retry_at - datetime.now(UTC)
    assert timedelta(seconds=seconds - 5) < wait <= timedelta(seconds=seconds)
