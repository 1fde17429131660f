"""Without a replica, every query goes to the primary. With one: tests/chaos/test_replica.py."""

from django.db import router

from findings.models import Finding
from krafter_audit.db import read_replica
from tests.factories import Scenario


def test_reads_use_the_primary_without_a_replica(scenario: Scenario):
    read_replica.record_write(scenario.organization.pk)

    assert read_replica.start_reading(scenario.organization.pk) is None
    with read_replica.reading_current_state():
        assert router.db_for_read(Finding) == router.db_for_write(Finding) == "default"


def test_a_replica_is_read_where_that_was_allowed_and_never_written(scenario: Scenario):
    token = read_replica._reading.set(True)

    try:
        assert (router.db_for_read(Finding), router.db_for_write(Finding)) == ("replica", "default")
        assert router.allow_migrate("replica", "findings") is False
    finally:
        read_replica.stop_reading(token)
    assert router.db_for_read(Finding) == "default"
