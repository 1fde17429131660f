"""The feed of events: filters, both orders, and cursors that continue."""

from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.utils import timezone

from accounts.actors import SYSTEM
from events import queries
from events.log import log_event, log_organization_event
from events.models import Event
from findings.services import triage
from tests import factories
from tests.factories import Scenario

pytestmark = pytest.mark.django_db


@pytest.fixture
def recent_events_are_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """Show events of the last second too, which the feed leaves out."""
    monkeypatch.setattr(queries, "MAX_CLOCK_SKEW", timedelta(0))


def feed(scenario: Scenario, query: str = "") -> Any:
    response = scenario.client.call("get", f"events?{query}")
    assert response.status_code == 200, response.content
    return response.json()


def types(scenario: Scenario, query: str = "") -> list[str]:
    return [event["type"] for event in feed(scenario, query)["data"]]


def test_feed_lists_the_audit_log_newest_first(scenario: Scenario) -> None:
    finding = factories.finding(scenario)
    triage.update(finding.pk, changes={"status": "triaged"}, by=scenario.actor)

    newest, *older = feed(scenario)["data"]

    assert [event["type"] for event in older] == ["finding.created", "policy.created"]
    assert newest == {
        "id": newest["id"],
        "type": "finding.updated",
        "org_id": str(scenario.organization.pk),
        "project_id": "production-website",
        "subject_id": str(finding.pk),
        "actor": "api_key",
        "actor_id": str(scenario.owner.pk),
        "request_id": "",
        "data": {"before": {"status": "new"}, "after": {"status": "triaged"}},
        "created_at": newest["created_at"],
    }


def test_feed_is_filtered_by_type_group_subject_and_time(scenario: Scenario) -> None:
    task = factories.task(scenario)
    now = timezone.now()

    assert types(scenario, "type=task.created") == ["task.created"]
    assert types(scenario, "type=finding.*&type=policy.created") == ["finding.created", "policy.created"]
    assert types(scenario, f"subject={task.finding_id}") == ["finding.created"]
    assert types(scenario, f"created_after={now + timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}") == []
    assert types(scenario, f"created_before={now - timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}") == []


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("type=finding.crated", "type"), ("type=", "type"), ("type=*", "type"), ("subject=x", "subject"),
        ("subject=", "subject"), ("created_after=yesterday", "created_after"), ("sort=name", "sort"),
        ("kind=task.created", "kind"), ("cursor=bm8", "cursor"), ("offset=1", "offset"),
    ],
)  # fmt: skip
def test_invalid_filter_is_refused_by_name(scenario: Scenario, query: str, field: str) -> None:
    response = scenario.client.call("get", f"events?{query}")

    assert response.status_code == 422
    assert list(response.json()["error"]["details"]) == [field]


def test_unknown_type_is_answered_with_the_nearest_names(scenario: Scenario) -> None:
    response = scenario.client.call("get", "events?type=finding.crated")

    [message] = response.json()["error"]["details"]["type"]
    assert "finding.created" in message


def test_newest_first_pages_end(scenario: Scenario) -> None:
    factories.task(scenario)

    first = feed(scenario, "limit=2")
    second = feed(scenario, f"limit=2&cursor={first['meta']['next_cursor']}")

    assert [event["type"] for event in first["data"] + second["data"]] == [
        "task.created", "finding.created", "policy.created",
    ]  # fmt: skip
    assert (second["meta"]["next_cursor"], second["meta"]["total"]) == (None, None)


@pytest.mark.usefixtures("recent_events_are_shown")
def test_oldest_first_cursor_continues_with_later_events(scenario: Scenario) -> None:
    factories.finding(scenario)
    first = feed(scenario, "sort=created_at")
    none_yet = feed(scenario, f"sort=created_at&cursor={first['meta']['next_cursor']}")
    factories.finding(scenario)
    later = feed(scenario, f"sort=created_at&cursor={none_yet['meta']['next_cursor']}")

    assert [len(page["data"]) for page in (first, none_yet, later)] == [2, 0, 1]
    assert later["data"][0]["id"] > first["data"][1]["id"]


def test_oldest_first_shows_no_event_of_the_last_second(scenario: Scenario) -> None:
    factories.finding(scenario)

    assert feed(scenario, "sort=created_at")["data"] == []


# As the owner, whose login both sessions of this test have: the application role does not see them.
@pytest.mark.usefixtures("recent_events_are_shown", "database_owner")
@pytest.mark.django_db(transaction=True)
def test_oldest_first_waits_for_open_transactions(scenario: Scenario) -> None:
    # An event of the open transaction would otherwise be skipped: its time is before that of the event that is read.
    with psycopg.connect(**_connection()) as other:
        other.execute("SELECT pg_current_xact_id()")
        factories.finding(scenario)
        hidden = feed(scenario, "sort=created_at")["data"]

    assert (hidden, types(scenario, "sort=created_at")) == ([], ["policy.created", "finding.created"])


def _connection() -> dict[str, Any]:
    params = connection.get_connection_params()
    return {name: params[name] for name in ("dbname", "user", "password", "host", "port") if name in params}


def test_feed_has_no_events_of_other_projects_and_of_the_organisation(scenario: Scenario) -> None:
    log_event("task.created", factories.task(factories.scenario()), by=SYSTEM)
    log_organization_event("webhook.created", scenario.organization, scenario.owner.pk, by=SYSTEM)

    assert types(scenario) == []
    assert Event.objects.get(name="webhook.created").project_id is None


def test_read_key_may_read_the_feed() -> None:
    scenario = factories.scenario(scopes=("audit:read",))

    assert types(scenario) == []
