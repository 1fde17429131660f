"""Alert destinations."""

from typing import Any

import pytest

from accounts.actors import SYSTEM
from notifications import destinations
from notifications.models import Destination
from tests.factories import Scenario

pytestmark = pytest.mark.django_db
WEBHOOK_URL = "https://hooks.slack.com/services/T000/B000/XXXXsecretXXXX"


def test_slack_webhook_is_sealed_and_never_shown(scenario: Scenario) -> None:
    put = scenario.client.call("put", "alerts/destinations/slack", {"webhook_url": WEBHOOK_URL})
    listed = scenario.client.call("get", "alerts/destinations")

    (destination,) = Destination.objects.all()
    assert (put.status_code, destinations.open_webhook_url(destination)) == (200, WEBHOOK_URL)
    assert listed.json()["data"][0]["webhook_url"] == "https://hooks.slack.com/services/…"
    stored = bytes(destination.credentials or b"")
    for shown in (put.content, listed.content, stored, str(destination).encode()):
        assert b"XXXXsecretXXXX" not in shown


def test_the_present_slack_webhook_changes_nothing(scenario: Scenario) -> None:
    etags = [
        scenario.client.call("put", "alerts/destinations/slack", {"webhook_url": WEBHOOK_URL + last})["etag"]
        for last in ("", "", "2")
    ]

    assert (etags[0] == etags[1], etags[1] == etags[2]) == (True, False)


@pytest.mark.parametrize(
    ("channel", "body", "status"),
    [
        ("slack", {}, 422),
        ("slack", {"webhook_url": "https://evil.example/services/T/B/X"}, 422),
        ("slack", {"webhook_url": WEBHOOK_URL, "recipients": ["a@example.com"]}, 422),
        ("email", {"recipients": []}, 422),
        ("email", {"recipients": ["nobody"]}, 422),
        ("email", {"webhook_url": WEBHOOK_URL}, 422),
        ("email", {"webhook_url": WEBHOOK_URL, "recipients": ["a@example.com"]}, 422),
        ("pager", {"recipients": ["a@example.com"]}, 404),
    ],
)
def test_invalid_destination_is_refused(scenario: Scenario, channel: str, body: Any, status: int) -> None:
    response = scenario.client.call("put", f"alerts/destinations/{channel}", body)

    assert (response.status_code, Destination.objects.count()) == (status, 0)
    assert "XXXXsecretXXXX" not in response.content.decode()


def test_destination_is_deleted_once(scenario: Scenario) -> None:
    destinations.set_destination(scenario.project, "slack", webhook_url=WEBHOOK_URL, by=SYSTEM)

    deleted = scenario.client.call("delete", "alerts/destinations/slack").status_code
    again = scenario.client.call("delete", "alerts/destinations/slack").status_code

    assert (deleted, again, Destination.objects.count()) == (200, 404, 0)


def test_destination_that_has_changed_is_not_deleted(scenario: Scenario) -> None:
    path = "alerts/destinations/slack"
    old = scenario.client.call("put", path, {"webhook_url": WEBHOOK_URL})["etag"]
    new = scenario.client.call("put", path, {"webhook_url": f"{WEBHOOK_URL}2"})["etag"]

    statuses = [scenario.client.call("delete", path, if_match=etag).status_code for etag in (old, new)]

    assert (statuses, Destination.objects.count()) == ([412, 200], 0)
