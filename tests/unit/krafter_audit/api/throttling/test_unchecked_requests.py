"""Requests that passed without a rate limit are counted, and shown to an operator."""

from collections.abc import Iterator
from typing import Any

import pytest
import redis

from krafter_audit.api.throttling import rate_limits, unchecked_requests
from krafter_audit.db import redis_client
from operations.doctor import work
from tests import staff
from tests.factories import Scenario


@pytest.fixture
def outage(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """Let Redis refuse connections until the test undoes the patch."""
    unchecked_requests.store(redis_client.connection())  # what earlier tests have counted
    redis_client.connection().delete(unchecked_requests.KEY)
    unreachable = redis_client.create_client("redis://127.0.0.1:9/0")
    with monkeypatch.context() as patch:
        patch.setattr(redis_client, "connection", lambda: unreachable)
        yield patch
    redis_client._retry_at = 0.0
    redis_client.connection().delete(unchecked_requests.KEY)


def end_outage(outage: pytest.MonkeyPatch) -> None:
    outage.undo()
    redis_client._retry_at = 0.0


@pytest.mark.django_db
def test_requests_are_allowed_and_counted_in_an_outage(
    outage: pytest.MonkeyPatch, scenario: Scenario, settings: Any
) -> None:
    settings.KRAFTER_RATE_DEFAULT = 1
    before = unchecked_requests.unchecked_total._value.get()

    statuses = [scenario.client.call("get", "tasks").status_code for _ in range(3)]

    assert statuses == [200, 200, 200]
    assert unchecked_requests.unchecked_total._value.get() == before + 3


def test_requests_of_an_outage_are_stored_by_the_first_request_after_it(outage: pytest.MonkeyPatch) -> None:
    windows = [rate_limits.hit("default", "acme") for _ in range(3)]
    end_outage(outage)
    before = unchecked_requests.find(redis_client.connection())
    rate_limits.hit("default", "acme")
    found = unchecked_requests.find(redis_client.connection())

    assert [window.used for window in windows] == [0, 0, 0]
    assert (before, found and found.number) == (None, 3)
    assert 0 < int(redis_client.connection().ttl(unchecked_requests.KEY)) <= unchecked_requests.TTL_SECONDS


def test_number_is_kept_until_it_can_be_stored(outage: pytest.MonkeyPatch) -> None:
    unchecked_requests.count()

    with pytest.raises(redis.RedisError):
        unchecked_requests.store(redis_client.connection())
    end_outage(outage)
    unchecked_requests.store(redis_client.connection())

    found = unchecked_requests.find(redis_client.connection())
    assert found is not None
    assert found.number == 1


def test_doctor_warns_of_requests_that_were_not_limited(outage: pytest.MonkeyPatch) -> None:
    rate_limits.hit("default", "acme")
    end_outage(outage)
    rate_limits.hit("default", "acme")

    [found] = work.rate_limits()

    assert (found.level, found.data["unchecked"]) == ("warning", 1)


def test_doctor_fails_while_requests_are_not_limited(settings: Any) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:9/0"

    assert [diagnosis.level for diagnosis in work.rate_limits()] == ["problem"]


@pytest.mark.django_db
def test_overview_warns_superusers_that_rate_limits_are_or_were_off(outage: pytest.MonkeyPatch) -> None:
    operator = staff.logged_in_client()

    during = operator.get("/admin/").content.decode()
    rate_limits.hit("default", "acme")
    end_outage(outage)
    rate_limits.hit("default", "acme")
    after = operator.get("/admin/").content.decode()
    redis_client.connection().delete(unchecked_requests.KEY)
    later = operator.get("/admin/").content.decode()

    assert "Redis does not answer, so that requests pass without a limit." in during
    assert "passed without a limit, the last" in after
    assert "without a limit" not in later
