"""The pool of connections that the web takes its own from."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
from django.db import connection

from krafter_audit.lib.postgres.base import DatabaseWrapper


@pytest.fixture
def pool(django_db_setup: None) -> Iterator[Any]:
    """A pool of three to the same server, all of them open."""
    settings = deepcopy(connection.settings_dict) | {"CONN_MAX_AGE": 0}
    settings["OPTIONS"] |= {"pool": {"min_size": 3, "max_size": 3}}
    wrapper = DatabaseWrapper(settings, alias="pooled")
    wrapper.pool.open(wait=True, timeout=10)
    yield wrapper.pool
    wrapper.close_pool()


def test_the_connection_that_came_back_last_goes_out_first(pool: Any):
    first, second = pool.getconn(), pool.getconn()
    pool.putconn(first)
    pool.putconn(second)

    assert [pool.getconn(), pool.getconn()] == [second, first]


def test_little_work_keeps_one_connection_in_use(pool: Any):
    used = set()
    for _ in range(10):
        taken = pool.getconn()
        used.add(taken.info.backend_pid)
        pool.putconn(taken)

    assert len(used) == 1
    assert pool.get_stats()["pool_available"] == 3
