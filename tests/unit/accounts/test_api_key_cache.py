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
from tests.factories import World

KEY_STATEMENT = "accounts_apikey"


def asked_for_the_key(world: World) -> bool:
    with CaptureQueriesContext(connection) as captured:
        world.client.ask("get", "tasks")
    return any(KEY_STATEMENT in query["sql"] and "SELECT" in query["sql"] for query in captured)


def test_a_second_request_does_not_look_the_key_up_again(world: World):
    assert asked_for_the_key(world)
    assert not asked_for_the_key(world)


def revoke(world: World) -> None:
    api_keys.revoke(ApiKey.objects.get())


def deactivate(world: World) -> None:
    world.owner.is_active = False
    world.owner.save()


def leave(world: World) -> None:
    Membership.objects.all().delete()


@pytest.mark.parametrize("change", [revoke, deactivate, leave])
def test_a_key_that_was_remembered_is_refused_from_the_moment_it_is_out_of_use(world: World, change: Any):
    assert world.client.ask("get", "tasks").status_code == 200

    change(world)

    assert world.client.ask("get", "tasks").status_code == 401


def test_another_process_learns_of_a_revocation_with_its_next_request(world: World):
    world.client.ask("get", "tasks")
    other = dict(api_key_cache._remembered)  # what a second process holds

    revoke(world)
    api_key_cache._remembered.update(other)

    assert world.client.ask("get", "tasks").status_code == 401


def test_a_viewer_is_one_from_the_next_request_on(world: World):
    world.client.ask("get", "tasks")
    membership = Membership.objects.get()
    membership.role = Membership.Role.VIEWER
    membership.save()

    assert world.client.ask("post", "tasks", {}).status_code == 403


def test_a_remembered_key_expires_on_time(world: World, time_machine: Any):
    time_machine.move_to(time.time(), tick=False)
    key = ApiKey.objects.get()
    key.expires_at = key.created_at.fromtimestamp(time.time() + 5, tz=key.created_at.tzinfo)
    key.save()
    assert world.client.ask("get", "tasks").status_code == 200

    time_machine.shift(5.5)

    assert world.client.ask("get", "tasks").status_code == 401


def test_nothing_is_remembered_for_long(world: World, time_machine: Any):
    time_machine.move_to(time.time(), tick=False)
    world.client.ask("get", "tasks")

    time_machine.shift(api_key_cache.SECONDS + 1)

    assert asked_for_the_key(world)


def test_without_redis_every_request_looks_the_key_up(world: World, monkeypatch: pytest.MonkeyPatch):
    away = redis_client.create_client("redis://127.0.0.1:1/0")
    monkeypatch.setattr(redis_client, "connection", lambda: away)
    rate_limits._script.cache_clear()

    assert asked_for_the_key(world)
    assert asked_for_the_key(world)
    rate_limits._script.cache_clear()


def test_the_key_itself_is_not_kept_in_memory(world: World):
    world.client.ask("get", "tasks")

    assert world.key not in str(api_key_cache._remembered)
