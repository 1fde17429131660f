"""The API of webhook endpoints and deliveries: limits, ETags, idempotency, secrets, replays."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone
from pytest_django import Settings

from accounts import services as accounts
from accounts.actors import SYSTEM
from events.models import Event, OutboxEntry
from krafter_audit.api.models import IdempotentResponse
from krafter_audit.http.timestamps import format_timestamp
from notifications.models import EventDelivery, WebhookEndpoint
from notifications.webhooks import delivery, endpoint_secrets, services
from tests import factories
from tests.factories import Scenario
from tests.fakes.raw_servers import Server, answer, sends
from tests.unit.notifications.webhooks.conftest import ACCEPTED, make_endpoint, queue_events, run_workers

pytestmark = pytest.mark.django_db
URL = "https://hooks.example.com/krafter?token=abc"
NO_MORE = {"has_more": False, "continue_from": None}


def call(scenario: Scenario, method: str, path: str = "", body: Any = None, **headers: str) -> Any:
    path = f"/api/v1/orgs/{scenario.organization.pk}/webhooks{path}"
    return scenario.client.call(method, path, body, **headers)


def created(scenario: Scenario, **fields: Any) -> dict[str, Any]:
    response = call(scenario, "post", "", {"url": URL, **fields})
    assert response.status_code == 201, response.content
    data: dict[str, Any] = response.json()["data"]
    return data


def test_created_endpoint_is_returned_with_its_secret_once(scenario: Scenario) -> None:
    response = call(
        scenario,
        "post",
        "",
        {"url": URL, "description": "CI", "events": ["finding.*"], "projects": ["production-website"]},
    )

    [endpoint] = WebhookEndpoint.objects.all()
    data = response.json()["data"]
    [secret] = endpoint_secrets.open_secrets(endpoint)
    assert (response.status_code, bool(response["etag"])) == (201, True)
    assert data == {
        "id": str(endpoint.pk),
        "org_id": str(scenario.organization.pk),
        "url": URL,
        "description": "CI",
        "events": ["finding.*"],
        "projects": ["production-website"],
        "status": "enabled",
        "disabled_at": None,
        "disabled_reason": "",
        "paused_until": None,
        "previous_secret_until": None,
        "created_at": format_timestamp(endpoint.created_at),
        "updated_at": format_timestamp(endpoint.updated_at),
        "secret": secret,
    }
    read, listed = call(scenario, "get", f"/{endpoint.pk}"), call(scenario, "get")
    del data["secret"]
    assert (read.json()["data"], listed.json()["data"]) == (data, [data])
    assert secret.encode() not in bytes(endpoint.credentials)
    logged = str(list(Event.objects.filter(name="webhook.created").values_list("data", flat=True)))
    assert (secret in logged, "token=abc" in logged, "hooks.example.com" in logged) == (False, False, True)


def test_key_bound_to_projects_neither_reads_nor_changes_endpoints(scenario: Scenario) -> None:
    accounts.create_project(scenario.organization, slug="other", site_url="https://example.org")
    endpoint, _ = make_endpoint(scenario, URL)
    sent = services.send_test(scenario.organization, endpoint.pk, by=SYSTEM)
    bound = factories.api_key(scenario, scopes=["*"], projects=[scenario.project])
    path = f"/api/v1/orgs/{scenario.organization.pk}/webhooks"

    refused = [
        bound.call("post", path, {"url": URL}),
        bound.call("post", path, {"url": URL, "projects": [scenario.project.slug]}),
        bound.call("get", path),
        bound.call("get", f"{path}/{endpoint.pk}"),
        bound.call("patch", f"{path}/{endpoint.pk}", {"url": "https://other.example.com/"}),
        bound.call("get", f"{path}/{endpoint.pk}/deliveries"),
        bound.call("get", f"{path}/{endpoint.pk}/deliveries/{sent.pk}"),
        bound.call("post", f"{path}/{endpoint.pk}/rotate-secret", {}),
        bound.call("post", f"{path}/{endpoint.pk}/test"),
    ]

    assert {(response.status_code, response.json()["error"]["code"]) for response in refused} == {
        (403, "insufficient_role")
    }
    assert list(WebhookEndpoint.objects.values_list("url", flat=True)) == [URL]


def test_members_read_endpoints_and_only_owners_and_admins_change_them(scenario: Scenario) -> None:
    endpoint, _ = make_endpoint(scenario, URL)
    member, admin = (
        factories.api_key(
            scenario,
            scopes=["*"],
            user=accounts.create_user(f"{role}@example.com", organization=scenario.organization, role=role),
        )
        for role in ("member", "admin")
    )
    path = f"/api/v1/orgs/{scenario.organization.pk}/webhooks"

    statuses = [
        [
            client.call("get", f"{path}/{endpoint.pk}").status_code,
            client.call("post", path, {"url": URL}).status_code,
            client.call("post", f"{path}/{endpoint.pk}/rotate-secret", {}).status_code,
            client.call("delete", f"{path}/{endpoint.pk}").status_code,
        ]
        for client in (member, admin)
    ]

    assert statuses == [[200, 403, 403, 403], [200, 201, 200, 200]]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "url"),
        ({"url": "http://hooks.example.com/"}, "url"),
        ({"url": "https://user:pass@hooks.example.com/"}, "url"),
        ({"url": "ftp://hooks.example.com/"}, "url"),
        ({"url": "https://127.0.0.1/"}, "url"),
        ({"url": "https://169.254.169.254/latest"}, "url"),
        ({"url": "https://[::1]/"}, "url"),
        ({"url": "https://metadata.google.internal/"}, "url"),
        ({"url": "https://hooks.example.com:22/"}, "url"),
        ({"url": "https://0x7f000001/"}, "url"),
        ({"url": URL, "events": ["finding.crated"]}, "events"),
        ({"url": URL, "events": "finding.created"}, "events"),
        ({"url": URL, "projects": ["elsewhere"]}, "projects"),
        ({"url": URL, "secret": "whsec_mine"}, "secret"),
        ({"url": URL, "status": "disabled"}, "status"),
    ],
)
def test_invalid_endpoint_is_refused(scenario: Scenario, body: dict[str, Any], field: str) -> None:
    response = call(scenario, "post", "", body)

    assert (response.status_code, list(response.json()["error"]["details"])) == (422, [field])
    assert WebhookEndpoint.objects.count() == 0


def test_http_is_allowed_on_a_network_that_the_operator_lists(scenario: Scenario, receiver: Server) -> None:
    assert created(scenario, url=receiver.url)["url"] == f"{receiver.url}/"


def test_read_key_reads_and_does_not_write() -> None:
    scenario = factories.scenario(scopes=("audit:read",))
    endpoint, _ = make_endpoint(scenario, URL)

    assert call(scenario, "get", f"/{endpoint.pk}/deliveries").status_code == 200
    assert call(scenario, "post", f"/{endpoint.pk}/test").status_code == 403
    assert call(scenario, "post", "", {"url": URL}).status_code == 403
    assert call(scenario, "delete", f"/{endpoint.pk}").status_code == 403
    assert WebhookEndpoint.objects.count() == 1


def test_endpoints_of_another_organisation_are_not_found(scenario: Scenario) -> None:
    other = factories.scenario()
    endpoint, _ = make_endpoint(other, URL)
    sent = services.send_test(other.organization, endpoint.pk, by=SYSTEM)
    mine, _ = make_endpoint(scenario, URL)

    for method, path, body in (
        ("get", f"/{endpoint.pk}", None),
        ("patch", f"/{endpoint.pk}", {"description": "x"}),
        ("delete", f"/{endpoint.pk}", None),
        ("post", f"/{endpoint.pk}/rotate-secret", {}),
        ("post", f"/{endpoint.pk}/test", None),
        ("get", f"/{mine.pk}/deliveries/{sent.pk}", None),
        ("post", f"/{mine.pk}/deliveries/{sent.pk}/replay", None),
    ):
        assert call(scenario, method, path, body).status_code == 404
    endpoint.refresh_from_db()
    assert endpoint.description == ""


def test_limit_of_endpoints_is_refused_with_its_numbers(scenario: Scenario, settings: Settings) -> None:
    settings.KRAFTER_WEBHOOKS_PER_ORGANIZATION = 2
    created(scenario)
    created(scenario)
    make_endpoint(factories.scenario(), URL)

    error = call(scenario, "post", "", {"url": URL})

    assert (error.status_code, error.json()["error"]["code"]) == (409, "webhook_limit_reached")
    assert error.json()["error"]["details"] == {"limit": 2, "used": 2}
    assert WebhookEndpoint.objects.filter(organization=scenario.organization).count() == 2


def test_changes_need_the_current_version_if_the_client_names_one(scenario: Scenario) -> None:
    pk = created(scenario)["id"]
    first = call(scenario, "get", f"/{pk}")["etag"]
    changed = call(scenario, "patch", f"/{pk}", {"description": "new"}, if_match=first)

    late = [
        call(scenario, "patch", f"/{pk}", {"description": "late"}, if_match=first),
        call(scenario, "post", f"/{pk}/rotate-secret", {}, if_match=first),
        call(scenario, "delete", f"/{pk}", if_match=first),
    ]

    assert (changed.status_code, [response.status_code for response in late]) == (200, [412, 412, 412])
    assert WebhookEndpoint.objects.get().description == "new"
    assert call(scenario, "get", f"/{pk}", if_none_match=changed["etag"]).status_code == 304
    assert call(scenario, "delete", f"/{pk}", if_match=changed["etag"]).status_code == 200


def test_repeated_creation_returns_the_same_secret_which_is_stored_encrypted(scenario: Scenario) -> None:
    body = {"url": URL}
    first = call(scenario, "post", "", body, idempotency_key="k1")
    again = call(scenario, "post", "", body, idempotency_key="k1")

    [stored] = IdempotentResponse.objects.all()
    secret = first.json()["data"]["secret"]
    assert again["idempotent-replayed"] == "true"
    assert (again.status_code, again.json()["data"]["secret"]) == (201, secret)
    assert (stored.is_sealed, secret.encode() in bytes(stored.body)) == (True, False)
    assert WebhookEndpoint.objects.count() == 1


def test_stored_secret_is_not_repeated_once_its_key_is_removed(
    scenario: Scenario, settings: Settings
) -> None:
    call(scenario, "post", "", {"url": URL}, idempotency_key="k1")
    settings.KRAFTER_ENCRYPTION_KEYS = "k9:" + "A" * 43 + "="

    again = call(scenario, "post", "", {"url": URL}, idempotency_key="k1")

    assert (again.status_code, again.json()["error"]["code"]) == (422, "idempotency_key_reused")


def test_rotated_secret_is_returned_once(scenario: Scenario) -> None:
    old = created(scenario)
    response = call(scenario, "post", f"/{old['id']}/rotate-secret", {"overlap_seconds": 600})

    data, [endpoint] = response.json()["data"], WebhookEndpoint.objects.all()
    assert response.status_code == 200
    assert endpoint_secrets.open_secrets(endpoint) == [data["secret"], old["secret"]]
    assert endpoint.previous_secret_until is not None
    assert timedelta(seconds=590) < endpoint.previous_secret_until - timezone.now() < timedelta(seconds=601)


@pytest.mark.parametrize("overlap", [-1, 7 * 24 * 3600 + 1, "600", True])
def test_invalid_overlap_is_refused(scenario: Scenario, overlap: Any) -> None:
    pk = created(scenario)["id"]
    before = bytes(WebhookEndpoint.objects.get().credentials)

    response = call(scenario, "post", f"/{pk}/rotate-secret", {"overlap_seconds": overlap})

    assert (response.status_code, bytes(WebhookEndpoint.objects.get().credentials)) == (422, before)


def test_filters_and_status_are_changed_and_an_empty_change_is_refused(scenario: Scenario) -> None:
    accounts.create_project(scenario.organization, slug="shop", site_url="https://shop.example.com")
    pk = created(scenario)["id"]

    changed = call(
        scenario, "patch", f"/{pk}", {"events": ["task.*"], "projects": ["shop"], "status": "disabled"}
    ).json()["data"]
    empty = call(scenario, "patch", f"/{pk}", {})

    assert (changed["events"], changed["projects"], changed["status"]) == (["task.*"], ["shop"], "disabled")
    assert (changed["disabled_reason"], bool(changed["disabled_at"])) == ("Disabled by a user.", True)
    assert empty.status_code == 422


def test_deliveries_are_listed_with_filters_and_read_with_attempts(
    scenario: Scenario, receiver: Server
) -> None:
    receiver.respond = sends(answer(b"busy", status="500 Internal Server Error"))
    endpoint, _ = make_endpoint(scenario, receiver.url)
    factories.task(scenario)
    run_workers()

    page = call(scenario, "get", f"/{endpoint.pk}/deliveries?limit=1").json()
    tasks = call(scenario, "get", f"/{endpoint.pk}/deliveries?type=task.created&status=pending").json()
    none = call(scenario, "get", f"/{endpoint.pk}/deliveries?status=delivered").json()
    one = call(scenario, "get", f"/{endpoint.pk}/deliveries/{tasks['data'][0]['id']}")

    assert (page["meta"]["total"], len(page["data"]), bool(page["meta"]["next_cursor"])) == (2, 1, True)
    assert (tasks["meta"]["total"], none["data"]) == (1, [])
    data = one.json()["data"]
    assert data["project_id"] == "production-website"
    assert (data["status_code"], data["error"]) == (500, "The endpoint answered 500.")
    assert '"type":"task.created"' in data["payload"]
    [attempt] = data["attempt_log"]
    assert (attempt["status_code"], attempt["response"]) == (500, "busy")
    assert one["etag"]


def test_lists_cost_a_constant_number_of_queries(scenario: Scenario, django_assert_num_queries: Any) -> None:
    endpoint, _ = make_endpoint(scenario, URL)
    for _ in range(3):
        make_endpoint(scenario, URL, project_ids=[scenario.project.pk])
        factories.finding(scenario)
    queue_events()
    call(scenario, "get")

    # The page, its total, and the slugs of projects or the endpoint
    with django_assert_num_queries(3):
        assert len(call(scenario, "get", "?limit=3").json()["data"]) == 3
    with django_assert_num_queries(3):
        assert len(call(scenario, "get", f"/{endpoint.pk}/deliveries?limit=2").json()["data"]) == 2


@pytest.mark.parametrize(
    "query", ["status=sent", "status=", "type=finding.creatd", "kind=x", "created_after=x", "offset=1"]
)
def test_invalid_filters_of_deliveries_are_refused(scenario: Scenario, query: str) -> None:
    endpoint, _ = make_endpoint(scenario, URL)

    assert call(scenario, "get", f"/{endpoint.pk}/deliveries?{query}").status_code == 422


def test_pattern_of_events_is_refused_as_the_type_of_deliveries(scenario: Scenario) -> None:
    endpoint, _ = make_endpoint(scenario, URL)

    response = call(scenario, "get", f"/{endpoint.pk}/deliveries?type=finding.*")

    assert (response.status_code, response.json()["error"]["details"]) == (
        422,
        {"type": ["Use the name of one event."]},
    )


def test_replayed_delivery_is_sent_again_with_its_id(scenario: Scenario, receiver: Server) -> None:
    endpoint, _ = make_endpoint(scenario, receiver.url)
    factories.finding(scenario)
    run_workers()
    [done] = EventDelivery.objects.all()

    response = call(scenario, "post", f"/{endpoint.pk}/deliveries/{done.pk}/replay")
    run_workers()

    data = response.json()["data"]
    assert (response.status_code, data["status"], data["attempts"]) == (202, "pending", 0)
    assert len(receiver.requests) == 2
    assert len({request.partition(b"webhook-id: ")[2][:36] for request in receiver.requests}) == 1
    done.refresh_from_db()
    assert (done.status, len(done.attempt_log)) == ("delivered", 2)


@pytest.mark.slow
def test_replay_of_a_period_sends_what_failed_and_what_was_missed(
    scenario: Scenario, receiver: Server
) -> None:
    start = timezone.now() - timedelta(minutes=1)
    before = factories.finding(scenario)  # before there was an endpoint
    receiver.respond = sends(answer(b"", status="410 Gone"))
    endpoint, _ = make_endpoint(scenario, receiver.url, events=["finding.created"])
    failed = factories.finding(scenario)
    run_workers()
    missed = factories.finding(scenario)  # while the endpoint is disabled
    refused = call(scenario, "post", f"/{endpoint.pk}/replay", {"created_after": format_timestamp(start)})
    receiver.respond = ACCEPTED
    call(scenario, "patch", f"/{endpoint.pk}", {"status": "enabled"})
    WebhookEndpoint.objects.update(enabled_at=timezone.now() - timedelta(hours=1))
    receiver.requests.clear()

    first = call(scenario, "post", f"/{endpoint.pk}/replay", {"created_after": format_timestamp(start)})
    run_workers()
    again = call(scenario, "post", f"/{endpoint.pk}/replay", {"created_after": format_timestamp(start)})
    everything = call(
        scenario,
        "post",
        f"/{endpoint.pk}/replay",
        {"created_after": format_timestamp(start), "include_delivered": True},
    )

    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "webhook_disabled")
    assert (first.status_code, first.json()["data"]) == (202, {"replayed": 3, **NO_MORE})
    sent = EventDelivery.objects.filter(subject_id__in=[before.pk, failed.pk, missed.pk])
    assert (sent.count(), len(receiver.requests)) == (3, 3)
    assert again.json()["data"] == {"replayed": 0, **NO_MORE}
    assert everything.json()["data"] == {"replayed": 3, **NO_MORE}


def test_replay_leaves_failed_deliveries_before_and_after_the_period(scenario: Scenario) -> None:
    endpoint, _ = make_endpoint(scenario, URL, events=["finding.*"])
    for _ in range(3):
        factories.finding(scenario)
    queue_events()
    EventDelivery.objects.update(status="failed", next_attempt_at=None)
    first, second, third = EventDelivery.objects.order_by("event_id")
    now = timezone.now()
    for row, hours in ((first, 3), (second, 2), (third, 1)):
        at = now - timedelta(hours=hours)
        EventDelivery.objects.filter(pk=row.pk).update(event_at=at)
    period = {
        "created_after": format_timestamp(now - timedelta(minutes=150)),
        "created_before": format_timestamp(now - timedelta(minutes=90)),
    }

    result = call(scenario, "post", f"/{endpoint.pk}/replay", period).json()["data"]

    pending = EventDelivery.objects.filter(status="pending").values_list("pk", flat=True)
    assert (result, list(pending)) == ({"replayed": 1, **NO_MORE}, [second.pk])


def test_replay_says_when_there_is_more(scenario: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "MAX_REPLAYED", 2)
    start = format_timestamp(timezone.now() - timedelta(minutes=1))
    for _ in range(3):
        factories.finding(scenario)
    endpoint, _ = make_endpoint(scenario, URL, events=["finding.*"])

    result = call(scenario, "post", f"/{endpoint.pk}/replay", {"created_after": start}).json()["data"]

    third = Event.objects.filter(name="finding.created").latest("at")
    assert (result, EventDelivery.objects.count()) == (
        {"replayed": 2, "has_more": True, "continue_from": format_timestamp(third.at)},
        2,
    )


def test_repeated_replay_continues_with_the_rest(scenario: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "MAX_REPLAYED", 2)
    endpoint, _ = make_endpoint(scenario, URL, events=["finding.*"])
    for _ in range(3):
        factories.finding(scenario)
    queue_events()
    EventDelivery.objects.update(status="failed", next_attempt_at=None)
    period = {"created_after": format_timestamp(timezone.now() - timedelta(minutes=1))}

    first, second = (call(scenario, "post", f"/{endpoint.pk}/replay", period) for _ in range(2))

    assert [response.json()["data"]["replayed"] for response in (first, second)] == [2, 1]
    assert set(EventDelivery.objects.values_list("status", flat=True)) == {"pending"}


def test_replay_of_delivered_events_continues_from_the_time_of_the_response(
    scenario: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "MAX_REPLAYED", 2)
    endpoint, _ = make_endpoint(scenario, URL, events=["finding.*"])
    now = timezone.now()
    for hours in (3, 2, 1):
        with time_machine.travel(now - timedelta(hours=hours), tick=False):
            factories.finding(scenario)
    queue_events()
    delivered = {"status": "delivered", "next_attempt_at": None}
    EventDelivery.objects.update(**delivered)
    body = {"created_after": format_timestamp(now - timedelta(days=1)), "include_delivered": True}

    first = call(scenario, "post", f"/{endpoint.pk}/replay", body).json()["data"]
    EventDelivery.objects.update(**delivered)
    rest = body | {"created_after": first["continue_from"]}
    second = call(scenario, "post", f"/{endpoint.pk}/replay", rest).json()["data"]

    assert (first["replayed"], second) == (2, {"replayed": 1, **NO_MORE})
    assert EventDelivery.objects.get(status="pending") == EventDelivery.objects.latest("event_at")


def test_event_without_delivery_is_replayed_before_newer_deliveries(
    scenario: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "MAX_REPLAYED", 2)
    start = format_timestamp(timezone.now() - timedelta(minutes=1))
    endpoint, _ = make_endpoint(scenario, URL, events=["finding.*"])
    missed = factories.finding(scenario)
    OutboxEntry.objects.all().delete()
    WebhookEndpoint.objects.update(enabled_at=timezone.now())
    newer = [factories.finding(scenario) for _ in range(2)]
    queue_events()
    EventDelivery.objects.update(status="failed", next_attempt_at=None)

    call(scenario, "post", f"/{endpoint.pk}/replay", {"created_after": start})

    pending = EventDelivery.objects.filter(status="pending").order_by("event_at")
    assert list(pending.values_list("subject_id", flat=True)) == [missed.pk, newer[0].pk]


def test_replay_further_back_than_deliveries_are_kept_is_refused(scenario: Scenario) -> None:
    endpoint, _ = make_endpoint(scenario, URL)
    long_ago = format_timestamp(timezone.now() - timedelta(days=31))

    response = call(scenario, "post", f"/{endpoint.pk}/replay", {"created_after": long_ago})

    assert (response.status_code, list(response.json()["error"]["details"])) == (422, ["created_after"])


@pytest.mark.parametrize("hours", [0, 1])
def test_period_that_ends_when_it_starts_or_before_is_refused(scenario: Scenario, hours: int) -> None:
    endpoint, _ = make_endpoint(scenario, URL)
    now = timezone.now()
    period = {
        "created_after": format_timestamp(now),
        "created_before": format_timestamp(now - timedelta(hours=hours)),
    }

    response = call(scenario, "post", f"/{endpoint.pk}/replay", period)

    assert (response.status_code, list(response.json()["error"]["details"])) == (422, ["created_before"])


def test_test_event_is_queued(scenario: Scenario, receiver: Server) -> None:
    endpoint, _ = make_endpoint(scenario, receiver.url, events=["task.created"])

    response = call(scenario, "post", f"/{endpoint.pk}/test")
    delivery.deliver(endpoint.pk)

    data = response.json()["data"]
    assert (response.status_code, data["type"], data["event_id"]) == (202, "webhook.test", None)
    delivered = scenario.client.call("get", response["location"]).json()["data"]
    assert (delivered["id"], delivered["status"]) == (data["id"], "delivered")


def test_disabled_endpoint_sends_no_test_event(scenario: Scenario) -> None:
    endpoint, _ = make_endpoint(scenario, URL)
    services.update(scenario.organization, endpoint.pk, changes={"status": "disabled"}, by=SYSTEM)

    response = call(scenario, "post", f"/{endpoint.pk}/test")

    assert (response.status_code, response.json()["error"]["code"]) == (409, "webhook_disabled")
    assert EventDelivery.objects.count() == 0


def test_deleted_endpoint_is_gone_with_its_deliveries(scenario: Scenario) -> None:
    endpoint, _ = make_endpoint(scenario, URL)
    factories.finding(scenario)
    queue_events()

    response = call(scenario, "delete", f"/{endpoint.pk}")

    assert (response.status_code, response.json()["data"]["id"]) == (200, str(endpoint.pk))
    assert (WebhookEndpoint.objects.count(), EventDelivery.objects.count()) == (0, 0)
    assert call(scenario, "get", f"/{endpoint.pk}").status_code == 404
    assert Event.objects.filter(name__startswith="webhook.").count() == 2
