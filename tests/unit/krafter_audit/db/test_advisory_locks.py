"""Advisory locks exclude other transactions until the transaction ends."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from django.db import connection, transaction

from krafter_audit.db.advisory_locks import advisory_lock, try_advisory_lock

pytestmark = pytest.mark.django_db(transaction=True)


def can_acquire(name: str) -> bool:
    """Try to acquire a lock in another connection's transaction."""

    def attempt() -> bool:
        with closing(connection), transaction.atomic():
            return try_advisory_lock(name)

    with ThreadPoolExecutor(1) as other:
        return other.submit(attempt).result()


def test_a_lock_is_held_until_the_transaction_ends():
    with transaction.atomic():
        advisory_lock("a")
        meanwhile = (can_acquire("a"), can_acquire("b"))

    assert meanwhile == (False, True)
    assert can_acquire("a")


def test_try_advisory_lock_holds_the_lock_that_it_acquired():
    with transaction.atomic():
        assert try_advisory_lock("a")
        assert not can_acquire("a")
