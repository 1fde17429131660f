"""Pages of alerts and their destinations in the admin."""

from typing import Any

import pytest
from django.test import Client

from events.models import Event
from notifications import destinations
from notifications.models import Alert, Destination
from tests import staff
from tests.factories import Scenario
from tests.staff import ROWS, admin_url, run_action

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def test_alert_shows_its_numbers_and_findings_in_words(scenario: Scenario) -> None:
    alert = ROWS[Alert](scenario)
    worst = {"id": str(alert.pk), "kind": "new", "severity": "high", "title": "Header is missing"}
    Alert.objects.filter(pk=alert.pk).update(counts={"new": {"high": 2}}, most_severe=[worst], total=2)

    page = staff.logged_in_client().get(admin_url(Alert, "change", alert.pk)).content.decode()

    assert "<div>New: 2 high</div>" in page
    assert "<div>High, new: Header is missing</div>" in page


WEBHOOK = "https://hooks.slack.com/services/T000/B000/secret-of-the-channel"


@pytest.fixture
def operator(scenario: Scenario) -> Client:
    return staff.logged_in_client(staff.member_of(scenario.organization, "admin"))


def add(operator: Client, scenario: Scenario, **values: str) -> Any:
    form = {"project": str(scenario.project.pk), "recipients": "", "webhook_url": "", **values}
    return operator.post(admin_url(Destination, "add"), form, follow=True)


def test_destination_is_listed_with_its_first_recipients(scenario: Scenario, operator: Client) -> None:
    row = ROWS[Destination](scenario)
    recipients = [f"{letter}@example.com" for letter in "abcdefghijklmnopqrstuvwxyz"]
    Destination.objects.filter(pk=row.pk).update(recipients=recipients)

    page = operator.get(admin_url(Destination, "changelist")).content.decode()

    assert "a@example.com, b@example.com" in page
    assert "z@example.com" not in page
    assert str(row) == f"E-mail of {scenario.project}"


def test_form_sets_recipients(scenario: Scenario, operator: Client) -> None:
    add(operator, scenario, channel="email", recipients="a@example.com, b@example.com\nc@example.com")

    assert Destination.objects.get().recipients == ["a@example.com", "b@example.com", "c@example.com"]
    assert Event.objects.filter(name="destination.set", actor="admin").count() == 1


def test_form_sets_a_slack_webhook_and_never_displays_it(scenario: Scenario, operator: Client) -> None:
    added = add(operator, scenario, channel="slack", webhook_url=WEBHOOK)

    row = Destination.objects.get()
    pages = [
        operator.get(admin_url(Destination, "change", row.pk)),
        operator.get(admin_url(Destination, "changelist")),
    ]
    assert destinations.open_webhook_url(row) == WEBHOOK
    assert [WEBHOOK in page.content.decode() for page in [added, *pages]] == [False, False, False]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"channel": "email"}, "Send 1 to 50 addresses."),
        ({"channel": "email", "recipients": "a@example.com, b@"}, "Enter a valid email address."),
        (
            {"channel": "email", "recipients": "a@example.com", "webhook_url": WEBHOOK},
            "Send 1 to 50 addresses.",
        ),
        ({"channel": "slack", "webhook_url": "https://example.com/hook"}, "Use a Slack incoming-webhook URL"),
        ({"channel": "pager", "recipients": "a@example.com"}, "Select a valid choice."),
    ],
)
def test_form_shows_what_is_wrong_and_sets_nothing(
    values: dict[str, str], message: str, scenario: Scenario, operator: Client
) -> None:
    page = add(operator, scenario, **values).content.decode()

    assert message in page
    assert WEBHOOK not in page
    assert Destination.objects.count() == 0


def test_form_refuses_a_second_destination_of_a_channel(scenario: Scenario, operator: Client) -> None:
    ROWS[Destination](scenario)

    page = add(operator, scenario, channel="email", recipients="b@example.com").content.decode()

    assert "The project has a destination of this channel: change it in the list." in page
    assert Destination.objects.get().recipients == ["a@example.com"]


def test_page_changes_the_recipients(scenario: Scenario, operator: Client) -> None:
    url = admin_url(Destination, "change", ROWS[Destination](scenario).pk)

    page = operator.get(url).content.decode()
    operator.post(url, {"recipients": "a@example.com\nnew@example.com"})

    assert ">a@example.com</textarea>" in page
    assert Destination.objects.get().recipients == ["a@example.com", "new@example.com"]


@pytest.mark.parametrize(("sent", "stored"), [("", WEBHOOK), (f"{WEBHOOK}-2", f"{WEBHOOK}-2")])
def test_page_replaces_the_slack_webhook_unless_the_field_is_empty(
    sent: str, stored: str, scenario: Scenario, operator: Client
) -> None:
    add(operator, scenario, channel="slack", webhook_url=WEBHOOK)

    operator.post(admin_url(Destination, "change", Destination.objects.get().pk), {"webhook_url": sent})

    assert destinations.open_webhook_url(Destination.objects.get()) == stored


def test_destination_is_deleted_after_a_question(scenario: Scenario, operator: Client) -> None:
    row = ROWS[Destination](scenario)

    question = run_action(operator, "delete_destination", row).content.decode()
    before = Destination.objects.count()
    run_action(operator, "delete_destination", row, confirmed="1")

    assert "Alerts to Slack fail without a destination" in question
    assert (before, Destination.objects.count()) == (1, 0)
    assert Event.objects.filter(name="destination.removed", actor="admin").count() == 1


def test_member_sees_destinations_and_changes_none(scenario: Scenario) -> None:
    row = ROWS[Destination](scenario)
    member = staff.logged_in_client(staff.member_of(scenario.organization, "member"))

    seen = member.get(admin_url(Destination, "changelist")).status_code
    member.post(admin_url(Destination, "change", row.pk), {"recipients": "evil@example.com"})
    added = add(member, scenario, channel="slack", webhook_url=WEBHOOK)

    assert (seen, added.status_code) == (200, 403)
    assert [destination.recipients for destination in Destination.objects.all()] == [["a@example.com"]]
