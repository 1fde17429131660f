"""Webhook endpoints in the admin: the secret is shown once, and the actions call the services."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts import services as accounts
from accounts.actors import SYSTEM
from accounts.models import Membership
from events.models import Event
from krafter_audit.displayed_times import in_words
from notifications.errors import WebhookDisabled
from notifications.models import EventDelivery, WebhookEndpoint
from notifications.webhooks import endpoint_secrets, services
from tests import factories, staff
from tests.factories import Scenario
from tests.staff import admin_url, messages_of, run_action
from tests.unit.notifications.webhooks.conftest import make_endpoint, queue_events

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
URL = "https://hooks.example.com/krafter"


def staff_client(scenario: Scenario, role: str) -> Client:
    return staff.logged_in_client(staff.member_of(scenario.organization, role))


def form(scenario: Scenario, **fields: Any) -> dict[str, Any]:
    return {"organization": str(scenario.organization.pk), "url": URL, **fields}


def test_admin_of_the_organisation_creates_an_endpoint_and_sees_its_secret_once(scenario: Scenario) -> None:
    client = staff_client(scenario, Membership.Role.ADMIN)

    page = client.post(
        admin_url(WebhookEndpoint, "add"),
        form(scenario, events="finding.*, task.created", projects="production-website"),
    )

    [endpoint] = WebhookEndpoint.objects.all()
    [secret] = endpoint_secrets.open_secrets(endpoint)
    assert secret in page.content.decode()
    assert secret not in str(page.cookies) + str(messages_of(page))
    assert (endpoint.events, endpoint.project_ids) == (["finding.*", "task.created"], [scenario.project.pk])
    assert secret not in client.get(admin_url(WebhookEndpoint, "change", endpoint.pk)).content.decode()


@pytest.mark.parametrize(
    "fields", [{"url": "https://10.0.0.1/"}, {"events": "finding.crated"}, {"projects": "elsewhere"}]
)
def test_invalid_form_is_shown_again(scenario: Scenario, fields: dict[str, str]) -> None:
    client = staff.logged_in_client()

    page = client.post(admin_url(WebhookEndpoint, "add"), form(scenario, **fields))

    assert (page.status_code, WebhookEndpoint.objects.count()) == (200, 0)


@pytest.mark.parametrize("url", ["", "https://10.0.0.1/"])
def test_errors_of_all_fields_are_shown_at_once(scenario: Scenario, url: str) -> None:
    fields = form(scenario, url=url, events="finding.crated", projects="elsewhere, nowhere")

    page = staff.logged_in_client().post(admin_url(WebhookEndpoint, "add"), fields)

    errors = page.context["adminform"].form.errors
    assert {name: len(lines) for name, lines in errors.items()} == {"url": 1, "events": 1, "projects": 2}


def test_change_keeps_what_was_not_changed(scenario: Scenario) -> None:
    endpoint, _ = make_endpoint(
        scenario, URL, events=["finding.*"], project_ids=[scenario.project.pk], description="old"
    )
    page = admin_url(WebhookEndpoint, "change", endpoint.pk)
    fields = {"url": URL, "events": "finding.*", "projects": "production-website", "description": "new"}

    staff.logged_in_client().post(page, fields)

    endpoint.refresh_from_db()
    assert (endpoint.description, endpoint.events) == ("new", ["finding.*"])
    assert endpoint.project_ids == [scenario.project.pk]


def test_filters_are_changed(scenario: Scenario) -> None:
    endpoint, _ = make_endpoint(scenario, URL, events=["finding.*"], project_ids=[scenario.project.pk])
    page = admin_url(WebhookEndpoint, "change", endpoint.pk)

    staff.logged_in_client().post(
        page, {"url": URL, "events": "task.created", "projects": "", "description": ""}
    )

    endpoint.refresh_from_db()
    assert (endpoint.events, endpoint.project_ids) == (["task.created"], [])


def test_projects_of_an_endpoint_are_shown_and_chosen_among_those_of_its_organisation(
    scenario: Scenario,
) -> None:
    elsewhere = factories.scenario()
    for organization in (scenario.organization, elsewhere.organization):
        accounts.create_project(organization, slug="shop", site_url="https://shop.example.com")
    endpoint, _ = make_endpoint(scenario, URL, project_ids=[scenario.project.pk])
    page, client = admin_url(WebhookEndpoint, "change", endpoint.pk), staff.logged_in_client()

    shown = client.get(page).context["adminform"].form.initial["projects"]
    client.post(page, {"url": URL, "events": "", "projects": "shop", "description": ""})

    endpoint.refresh_from_db()
    shop = scenario.organization.projects.get(slug="shop")
    assert (shown, endpoint.project_ids) == (["production-website"], [shop.pk])


def test_actions_disable_enable_test_and_rotate(scenario: Scenario) -> None:
    client = staff_client(scenario, Membership.Role.OWNER)
    endpoint, old = make_endpoint(scenario, URL)

    confirmation = run_action(client, "disable", endpoint)
    endpoint.refresh_from_db()
    unchanged = endpoint.status
    disabled = messages_of(run_action(client, "disable", endpoint, confirmed="1"))
    refused = messages_of(run_action(client, "send_test", endpoint))
    run_action(client, "enable", endpoint)
    run_action(client, "send_test", endpoint)
    rotated = run_action(client, "rotate_secret", endpoint, confirmed="1")

    endpoint.refresh_from_db()
    new, previous = endpoint_secrets.open_secrets(endpoint)
    assert (disabled, previous) == ([f"{URL}: disabled."], old)
    assert refused == [f"{URL}: The webhook endpoint is disabled, so nothing is sent to it. Enable it first."]
    assert EventDelivery.objects.filter(event_type="webhook.test").count() == 1
    assert ("are not delivered" in confirmation.content.decode(), unchanged) == (True, "enabled")
    assert new in rotated.content.decode()
    assert not any(new in message for message in messages_of(rotated))


def test_endpoint_that_failed_for_three_days_says_so_in_the_admin_and_the_api(scenario: Scenario) -> None:
    endpoint, _ = make_endpoint(scenario, URL)
    services.disable_after_failure(endpoint, "The endpoint answered 500.")

    page = staff_client(scenario, Membership.Role.ADMIN).get(
        admin_url(WebhookEndpoint, "change", endpoint.pk)
    )
    path = f"/api/v1/orgs/{scenario.organization.pk}/webhooks/{endpoint.pk}"
    read = scenario.client.call("get", path).json()["data"]

    assert "The endpoint answered 500." in page.content.decode()
    assert (read["status"], read["disabled_reason"], bool(read["disabled_at"])) == (
        "disabled",
        "The endpoint answered 500.",
        True,
    )


def test_secrets_are_rotated_one_at_a_time(scenario: Scenario) -> None:
    first, secret = make_endpoint(scenario, URL)
    second, _ = make_endpoint(scenario, f"{URL}/2")

    refused = run_action(staff.logged_in_client(), "rotate_secret", first, second, confirmed="1")

    first.refresh_from_db()
    assert messages_of(refused) == ["Rotate one secret at a time."]
    assert endpoint_secrets.open_secrets(first) == [secret]


def test_failed_delivery_is_replayed(scenario: Scenario) -> None:
    make_endpoint(scenario, URL)
    factories.finding(scenario)
    queue_events()
    EventDelivery.objects.update(status="failed", next_attempt_at=None)
    [failed] = EventDelivery.objects.all()

    run_action(staff_client(scenario, Membership.Role.ADMIN), "replay", failed)

    failed.refresh_from_db()
    assert failed.status == "pending"


def test_events_of_a_period_are_replayed(scenario: Scenario) -> None:
    endpoint, _ = make_endpoint(scenario, URL)
    client = staff_client(scenario, Membership.Role.ADMIN)
    factories.finding(scenario)
    queue_events()
    EventDelivery.objects.update(status="failed", next_attempt_at=None)
    period = {"created_after": "2000-01-01T00:00", "created_before": "2100-01-01T00:00"}

    form_page = run_action(client, "replay_period", endpoint)
    wrong = run_action(client, "replay_period", endpoint, **period | {"created_before": "1999-01-01T00:00"})
    before = set(EventDelivery.objects.values_list("status", flat=True))
    too_old = messages_of(run_action(client, "replay_period", endpoint, **period))
    recent = period | {"created_after": f"{timezone.now() - timedelta(hours=1):%Y-%m-%dT%H:%M}"}
    messages = messages_of(run_action(client, "replay_period", endpoint, **recent))

    assert 'type="datetime-local" name="created_after"' in form_page.content.decode()
    assert "Choose a later time." in wrong.content.decode()
    assert (before, too_old) == ({"failed"}, [f"{URL}: Deliveries are kept for 30 days."])
    assert messages == [f"{URL}: 2 events queued."]  # the finding and the person
    assert [delivery.status for delivery in EventDelivery.objects.all()] == ["pending", "pending"]


def test_message_says_from_when_to_replay_the_rest(
    scenario: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "MAX_REPLAYED", 1)
    endpoint, _ = make_endpoint(scenario, URL)
    factories.finding(scenario)  # and its person
    period = {"created_after": f"{timezone.now() - timedelta(hours=1):%Y-%m-%dT%H:%M}"}

    messages = messages_of(
        run_action(staff_client(scenario, Membership.Role.ADMIN), "replay_period", endpoint, **period)
    )

    second = Event.objects.filter(project=scenario.project).latest("at", "pk")
    assert messages == [
        f"{URL}: 1 event queued; there are more: replay the period from {in_words(second.at)}."
    ]


def test_period_of_a_disabled_endpoint_is_not_requested(scenario: Scenario) -> None:
    endpoint, _ = make_endpoint(scenario, URL)
    services.update(scenario.organization, endpoint.pk, changes={"status": "disabled"}, by=SYSTEM)

    messages = messages_of(run_action(staff.logged_in_client(), "replay_period", endpoint))

    assert messages == [f"{URL}: {WebhookDisabled.message}"]


def test_endpoint_is_deleted_after_a_question_and_leads_to_the_list(scenario: Scenario) -> None:
    endpoint, _ = make_endpoint(scenario, URL)
    client = staff_client(scenario, Membership.Role.ADMIN)
    back = admin_url(WebhookEndpoint, "change", endpoint.pk)

    confirmation = run_action(client, "delete_endpoint", endpoint, _back=back).content.decode()
    kept = WebhookEndpoint.objects.count()
    done = run_action(client, "delete_endpoint", endpoint, _back=back, confirmed="1")

    assert "Its deliveries are deleted too" in confirmation
    assert (kept, WebhookEndpoint.objects.count()) == (1, 0)
    assert done.request["PATH_INFO"] == admin_url(WebhookEndpoint, "changelist")
    assert messages_of(done) == [f"{URL}: deleted."]


def test_member_sees_endpoints_and_changes_none(scenario: Scenario) -> None:
    endpoint, _ = make_endpoint(scenario, URL)
    client = staff_client(scenario, Membership.Role.MEMBER)

    listed = client.get(admin_url(WebhookEndpoint, "changelist"))
    run_action(client, "disable", endpoint)
    added = client.post(admin_url(WebhookEndpoint, "add"), form(scenario))

    endpoint.refresh_from_db()
    assert (listed.status_code, added.status_code, endpoint.status) == (200, 403, "enabled")
    assert WebhookEndpoint.objects.count() == 1


def test_staff_see_and_use_only_endpoints_of_their_organisations(scenario: Scenario) -> None:
    other = factories.scenario()
    theirs, _ = make_endpoint(other, URL)
    client = staff_client(scenario, Membership.Role.OWNER)

    run_action(client, "rotate_secret", theirs)
    before = bytes(theirs.credentials)
    added = client.post(admin_url(WebhookEndpoint, "add"), form(other))

    theirs.refresh_from_db()
    assert client.get(admin_url(WebhookEndpoint, "changelist")).context["cl"].result_count == 0
    assert (added.status_code, bytes(theirs.credentials)) == (200, before)
    assert WebhookEndpoint.objects.count() == 1


def test_actions_that_would_change_nothing_say_why(scenario: Scenario) -> None:
    endpoint, _ = make_endpoint(scenario, URL)
    client = staff_client(scenario, Membership.Role.ADMIN)

    def reasons() -> dict[str, str]:
        page = client.get(admin_url(WebhookEndpoint, "change", endpoint.pk))
        return {button.name: button.refusal for button in page.context["buttons"] if button.refusal}

    enabled = reasons()
    services.update(scenario.organization, endpoint.pk, changes={"status": "disabled"}, by=SYSTEM)

    assert enabled == {"enable": "The endpoint is enabled."}
    assert reasons() == {
        "disable": "The endpoint is disabled.",
        "replay_period": WebhookDisabled.message,
        "send_test": WebhookDisabled.message,
    }


def test_delivery_of_a_disabled_endpoint_is_not_offered_for_a_replay(scenario: Scenario) -> None:
    delivery = staff.ROWS[EventDelivery](scenario)
    services.update(scenario.organization, delivery.endpoint_id, changes={"status": "disabled"}, by=SYSTEM)

    page = staff.logged_in_client().get(admin_url(EventDelivery, "change", delivery.pk))

    assert [button.refusal for button in page.context["buttons"]] == [WebhookDisabled.message]
