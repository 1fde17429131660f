"""Authenticated API keys are cached for seconds; changes invalidate the caches of all processes at once."""

import time
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import api_key_cache, api_keys
from accounts.models import ApiKey, Membership
from krafter_audit.db import redis_client
from tests import factories
from tests.factories import Scenario

KEY_STATEMENT = "accounts_apikey"


def queries_the_key(scenario: Scenario) -> bool:
    with CaptureQueriesContext(connection) as captured:
        scenario.client.call("get", "tasks")
    return any(KEY_STATEMENT in query["sql"] and "SELECT" in query["sql"] for query in captured)


def test_second_request_does_not_query_the_key(scenario: Scenario):
    assert queries_the_key(scenario)
    assert not queries_the_key(scenario)


def revoke(scenario: Scenario) -> None:
    api_keys.revoke(ApiKey.objects.get())


def deactivate(scenario: Scenario) -> None:
    scenario.owner.is_active = False
    scenario.owner.save()


def leave(scenario: Scenario) -> None:
    Membership.objects.all().delete()


@pytest.mark.parametrize("change", [revoke, deactivate, leave])
def test_cached_key_is_rejected_once_it_is_invalid(scenario: Scenario, change: Any):
    assert scenario.client.call("get", "tasks").status_code == 200

    change(scenario)

    assert scenario.client.call("get", "tasks").status_code == 401


def test_key_that_is_rejected_counts_as_a_wrong_one(scenario: Scenario):
    header = f"Bearer {scenario.key}"
    scenario.client.call("get", "tasks")
    before = api_key_cache.was_valid(header)

    revoke(scenario)
    scenario.client.call("get", "tasks")

    assert (before, api_key_cache.was_valid(header)) == (True, False)


def test_revocation_applies_to_the_cache_of_another_process(scenario: Scenario):
    scenario.client.call("get", "tasks")
    other = dict(api_key_cache._entries)  # the cache of a second process

    revoke(scenario)
    api_key_cache._entries.update(other)

    assert scenario.client.call("get", "tasks").status_code == 401


def test_key_that_another_process_reads_before_the_commit_is_rejected_after_it(
    scenario: Scenario, django_capture_on_commit_callbacks: Any
):
    api_key_cache._entries.clear()
    scenario.client.call("get", "tasks")
    [(entry, (caller, _, expires_at))] = api_key_cache._entries.items()

    with django_capture_on_commit_callbacks(execute=True):
        revoke(scenario)
        generation = redis_client.call_or_default(api_key_cache._generation, b"")
    api_key_cache._entries[entry] = caller, generation, expires_at

    assert scenario.client.call("get", "tasks").status_code == 401


def test_changed_role_applies_to_the_next_request(scenario: Scenario):
    scenario.client.call("get", "tasks")
    membership = Membership.objects.get()
    membership.role = Membership.Role.VIEWER
    membership.save()

    assert scenario.client.call("post", "tasks", {}).status_code == 403


def test_cached_key_expires_on_time(scenario: Scenario, time_machine: Any):
    time_machine.move_to(time.time(), tick=False)
    key = ApiKey.objects.get()
    key.expires_at = timezone.now() + timedelta(seconds=5)
    key.save()
    assert scenario.client.call("get", "tasks").status_code == 200

    time_machine.shift(5.5)

    assert scenario.client.call("get", "tasks").status_code == 401


def test_cached_key_is_queried_again_after_its_ttl(scenario: Scenario, time_machine: Any):
    time_machine.move_to(time.time(), tick=False)
    scenario.client.call("get", "tasks")

    time_machine.shift(api_key_cache.TTL_SECONDS + 1)

    assert queries_the_key(scenario)


def test_every_request_queries_the_key_while_redis_is_unavailable(
    scenario: Scenario, monkeypatch: pytest.MonkeyPatch
):
    unavailable = redis_client.create_client("redis://127.0.0.1:1/0")
    monkeypatch.setattr(redis_client, "connection", lambda: unavailable)
    redis_client.script.cache_clear()

    assert queries_the_key(scenario)
    assert queries_the_key(scenario)
    redis_client.script.cache_clear()


def test_cache_does_not_contain_the_key(scenario: Scenario):
    scenario.client.call("get", "tasks")

    assert api_key_cache._entries
    assert scenario.key not in str(api_key_cache._entries)


def test_key_reads_the_project_of_its_organisation_where_others_have_the_same_name(scenario: Scenario):
    tenants = [scenario, factories.scenario()]

    callers = [api_keys.authenticate(f"Bearer {tenant.key}", slug="production-website") for tenant in tenants]

    assert [caller.project for caller in callers] == [tenant.project for tenant in tenants]


def test_cache_is_bounded(scenario: Scenario, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(api_key_cache, "MAX_ENTRIES", 1)

    for path in ("tasks", f"/api/v1/orgs/{scenario.organization.pk}/usage"):
        scenario.client.call("get", path)

    assert [slug for _, slug in api_key_cache._entries] == [""]
