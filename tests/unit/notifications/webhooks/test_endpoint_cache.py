"""Organisations with endpoints are read again after some seconds, and at once where an endpoint changes."""

from typing import Any

import pytest

from accounts.actors import SYSTEM
from notifications.models import WebhookEndpoint
from notifications.webhooks import endpoint_cache, services
from tests.factories import Scenario
from tests.unit.notifications.webhooks.conftest import make_endpoint

pytestmark = pytest.mark.django_db
URL = "https://hooks.example.com/krafter"


def test_answer_is_cached_and_costs_no_query(scenario: Scenario, django_assert_num_queries: Any) -> None:
    endpoint_cache.has_endpoints(scenario.organization.pk)

    with django_assert_num_queries(0):
        assert endpoint_cache.has_endpoints(scenario.organization.pk) is False


def test_endpoint_of_another_process_is_known_after_some_seconds(scenario: Scenario) -> None:
    make_endpoint(scenario, URL)
    endpoint_cache._entries[scenario.organization.pk] = (False, float("inf"))
    before = endpoint_cache.has_endpoints(scenario.organization.pk)
    endpoint_cache._entries[scenario.organization.pk] = (False, 0.0)

    assert (before, endpoint_cache.has_endpoints(scenario.organization.pk)) == (False, True)


def test_changes_of_this_process_are_known_at_once(scenario: Scenario) -> None:
    organization = scenario.organization
    answers = [endpoint_cache.has_endpoints(organization.pk)]
    endpoint, _ = make_endpoint(scenario, URL)
    answers.append(endpoint_cache.has_endpoints(organization.pk))
    services.update(organization, endpoint.pk, changes={"status": "disabled"}, by=SYSTEM)
    answers.append(endpoint_cache.has_endpoints(organization.pk))
    enabled = services.update(organization, endpoint.pk, changes={"status": "enabled"}, by=SYSTEM)
    answers.append(endpoint_cache.has_endpoints(organization.pk))
    services.disable_after_failure(enabled, "It does not answer.")
    answers.append(endpoint_cache.has_endpoints(organization.pk))
    services.update(organization, endpoint.pk, changes={"status": "enabled"}, by=SYSTEM)
    answers.append(endpoint_cache.has_endpoints(organization.pk))
    services.delete(organization, endpoint.pk, by=SYSTEM)
    answers.append(endpoint_cache.has_endpoints(organization.pk))

    assert (answers, WebhookEndpoint.objects.count()) == ([False, True, False, True, False, True, False], 0)


def test_old_rows_that_another_thread_read_before_the_commit_are_read_again(
    scenario: Scenario, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        make_endpoint(scenario, URL)
        endpoint_cache._entries[scenario.organization.pk] = (False, float("inf"))

    assert endpoint_cache.has_endpoints(scenario.organization.pk) is True


def test_cache_is_bounded(scenario: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoint_cache, "MAX_ENTRIES", 1)
    endpoint_cache._entries[scenario.owner.pk] = (True, float("inf"))

    endpoint_cache.has_endpoints(scenario.organization.pk)

    assert list(endpoint_cache._entries) == [scenario.organization.pk]
