"""What every test gets."""

from collections.abc import Iterator

import pytest

from krafter_audit.api import ratelimit
from tests import factories


@pytest.fixture
def world(db: None) -> factories.World:
    """One organisation with an owner, a project, a key and a client."""
    return factories.world()


@pytest.fixture(autouse=True)
def _roomy_rate_limits(settings: object) -> Iterator[None]:
    """Rate limits are for the tests that are about them."""
    settings.KRAFTER_RATE_DEFAULT = settings.KRAFTER_RATE_STRICT = settings.KRAFTER_RATE_PUBLIC = 1_000_000  # type: ignore[attr-defined]
    yield
    ratelimit._resting_until = 0.0
