"""Who calls is remembered for some seconds, and forgotten everywhere at once when anything changes."""

import time
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import api_key_cache, api_keys
from accounts.models import ApiKey, Membership
from krafter_audit.api import rate_limits
from krafter_audit.db import redis_client
from tests.factories import Scenario

KEY_STATEMENT = "accounts_apikey"


def asked_for_the_key(scenario: Scenario) -> bool:
    with CaptureQueriesContext(connection) as captured:
        scenario.client.ask("get", "tasks")
    return any(KEY_STATEMENT in query["sql"] and "SELECT" in query["sql"] for query in captured)


def test_a_second_request_does_not_look_the_key_up_again(scenario: Scenario):
    assert asked_for_the_key(scenario)
    assert not asked_for_the_key(scenario)


def revoke(scenario: Scenario) -> None:
    api_keys.revoke(ApiKey.objects.get())


def deactivate(scenario: Scenario) -> None:
    scenario.owner.is_active = False
    scenario.owner.save()


def leave(scenario: Scenario) -> None:
    Membership.objects.all().delete()


@pytest.mark.parametrize("change", [revoke, deactivate, leave])
def test_a_key_that_was_remembered_is_refused_from_the_moment_it_is_out_of_use(
    scenario: Scenario, change: Any
):
    assert scenario.client.ask("get", "tasks").status_code == 200

    change(scenario)

    assert scenario.client.ask("get", "tasks").status_code == 401


def test_another_process_learns_of_a_revocation_with_its_next_request(scenario: Scenario):
    scenario.client.ask("get", "tasks")
    other = dict(api_key_cache._entries)  # what a second process holds

    revoke(scenario)
    api_key_cache._entries.update(other)

    assert scenario.client.ask("get", "tasks").status_code == 401


def test_a_viewer_is_one_from_the_next_request_on(scenario: Scenario):
    scenario.client.ask("get", "tasks")
    membership = Membership.objects.get()
    membership.role = Membership.Role.VIEWER
    membership.save()

    assert scenario.client.ask("post", "tasks", {}).status_code == 403


def test_a_remembered_key_expires_on_time(scenario: Scenario, time_machine: Any):
    time_machine.move_to(time.time(), tick=False)
    key = ApiKey.objects.get()
    key.expires_at = key.created_at.fromtimestamp(time.time() + 5, tz=key.created_at.tzinfo)
    key.save()
    assert scenario.client.ask("get", "tasks").status_code == 200

    time_machine.shift(5.5)

    assert scenario.client.ask("get", "tasks").status_code == 401


def test_nothing_is_remembered_for_long(scenario: Scenario, time_machine: Any):
    time_machine.move_to(time.time(), tick=False)
    scenario.client.ask("get", "tasks")

    time_machine.shift(api_key_cache.TTL_SECONDS + 1)

    assert asked_for_the_key(scenario)


def test_without_redis_every_request_looks_the_key_up(scenario: Scenario, monkeypatch: pytest.MonkeyPatch):
    away = redis_client.create_client("redis://127.0.0.1:1/0")
    monkeypatch.setattr(redis_client, "connection", lambda: away)
    rate_limits._script.cache_clear()

    assert asked_for_the_key(scenario)
    assert asked_for_the_key(scenario)
    rate_limits._script.cache_clear()


def test_the_key_itself_is_not_kept_in_memory(scenario: Scenario):
    scenario.client.ask("get", "tasks")

    assert scenario.key not in str(api_key_cache._entries)
