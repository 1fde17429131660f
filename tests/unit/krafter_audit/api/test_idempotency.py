"""Idempotency keys, ETags and rate limits."""

import os
import select
import threading
import time
from typing import Any

import pytest
from django.db import connection
from django.test import RequestFactory
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import api_keys
from accounts import services as accounts
from krafter_audit.api import idempotency
from krafter_audit.api.models import IdempotentResponse
from krafter_audit.api.throttling import rate_limits, unchecked_requests
from krafter_audit.db import redis_client
from remediation.models import Task
from remediation.services import policies
from tests import factories
from tests.factories import AuditClient, Scenario, remediation_state


def create(scenario: Scenario, finding: Any, key: str | None, title: str = "Fix it") -> Any:
    headers = {"idempotency_key": key} if key is not None else {}
    return scenario.client.call("post", "tasks", {"finding_id": str(finding.pk), "title": title}, **headers)


@pytest.mark.django_db
def test_same_key_and_body_return_the_first_response(scenario: Scenario):
    finding = factories.finding(scenario)
    first = create(scenario, finding, "k1")

    again = create(scenario, finding, "k1")

    assert (again.status_code, again.json()["data"]) == (201, first.json()["data"])
    assert again["idempotent-replayed"] == "true"
    assert again["etag"] == first["etag"]
    assert "idempotent-replayed" not in first
    assert Task.objects.count() == 1


@pytest.mark.django_db
def test_number_beyond_64_bits_is_replayed_unchanged(scenario: Scenario):
    config = {"config": {"big": 123456789012345678901234567890}}

    first, again = (
        scenario.client.call("post", "policies/test", config, idempotency_key="k1").json()["data"]
        for _ in range(2)
    )

    assert again == first == {**first, "config_preview": config["config"]}


@pytest.mark.django_db
def test_the_same_key_with_another_body_is_refused(scenario: Scenario):
    finding = factories.finding(scenario)
    create(scenario, finding, "k1")

    response = create(scenario, finding, "k1", title="Another")

    assert (response.status_code, response.json()["error"]["code"]) == (422, "idempotency_key_reused")
    assert Task.objects.count() == 1


@pytest.mark.django_db
def test_the_same_key_for_another_url_is_refused(scenario: Scenario):
    verification, other = (factories.verification(scenario) for _ in range(2))

    first, refused = (
        scenario.client.call("post", f"verifications/{row.pk}/approve", idempotency_key="k1")
        for row in (verification, other)
    )

    assert (first.status_code, refused.status_code) == (200, 422)
    assert refused.json()["error"]["code"] == "idempotency_key_reused"
    assert remediation_state(other)["result"] == "pending"


@pytest.mark.django_db
def test_key_of_another_user_is_refused_and_one_of_the_same_user_replays(scenario: Scenario):
    policies.replace(scenario.project, config={"approvals": {"high": 2}}, name=None, by=scenario.actor)
    verification = factories.verification(scenario)
    other = accounts.create_user("second@example.com", organization=scenario.organization)
    clients = [
        AuditClient(scenario.project, api_keys.issue(scenario.organization, user=user, name="k")[1])
        for user in (scenario.owner, scenario.owner, other)
    ]

    first, rotated, second = (
        client.call("post", f"verifications/{verification.pk}/approve", idempotency_key="k1")
        for client in clients
    )

    assert (first.status_code, rotated["idempotent-replayed"]) == (200, "true")
    assert (second.status_code, second.json()["error"]["code"]) == (422, "idempotency_key_reused")


@pytest.mark.django_db
def test_key_of_a_project_that_had_the_slug_before_is_refused(scenario: Scenario):
    body = {"domain": "seo", "title": "No sitemap"}
    first = scenario.client.call("post", "findings", body, idempotency_key="k1")
    slug = scenario.project.slug
    accounts.update_project(scenario.project, changes={"slug": "old"})
    accounts.create_project(scenario.organization, slug=slug, site_url="https://example.org")

    second = scenario.client.call("post", "findings", body, idempotency_key="k1")

    assert (first.status_code, second.status_code) == (201, 422)
    assert second.json()["error"]["code"] == "idempotency_key_reused"


@pytest.mark.django_db
def test_organisations_can_use_the_same_key(scenario: Scenario):
    other = factories.scenario()

    create(scenario, factories.finding(scenario), "k1")
    create(other, factories.finding(other), "k1")

    assert Task.objects.count() == 2


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["", "x" * 256, "tab\there"])
def test_invalid_key_is_rejected(scenario: Scenario, key: str):
    response = create(scenario, factories.finding(scenario), key)

    assert (response.status_code, response.json()["error"]["code"]) == (422, "invalid_params")


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["x", "x" * 255])
def test_shortest_and_longest_key_are_accepted(scenario: Scenario, key: str):
    assert create(scenario, factories.finding(scenario), key).status_code == 201


@pytest.mark.django_db
def test_rejected_request_stores_no_response_and_can_be_repeated(scenario: Scenario):
    finding = factories.finding(scenario)
    assert create(scenario, finding, "k1", title="").status_code == 422

    assert create(scenario, finding, "k1").status_code == 201


@pytest.mark.django_db
def test_responses_expire_after_a_day(scenario: Scenario, time_machine: Any):
    finding = factories.finding(scenario)
    create(scenario, finding, "k1")
    from django.utils import timezone

    time_machine.move_to(timezone.now() + idempotency.RETENTION * 1.01)

    assert create(scenario, finding, "k1", title="Another").status_code == 201
    IdempotentResponse.objects.update(created_at=timezone.now() - idempotency.RETENTION * 2)
    create(scenario, finding, "k2")
    assert idempotency.delete_expired() == 1
    assert IdempotentResponse.objects.get().key == "k2"


@pytest.mark.django_db
def test_network_io_is_done_once_and_before_the_transaction(scenario: Scenario):
    calls: list[tuple[str, int]] = []

    def note(name: str) -> Response:
        calls.append((name, len(connection.savepoint_ids)))
        return Response({})

    run = idempotency.run_once(
        lambda request: note("handler"),
        organization_id=scenario.organization.pk,
        bound_to="",
        key="k1",
        prepare=lambda: note("network"),
    )
    request = Request(RequestFactory().post("/"))
    outside = len(connection.savepoint_ids)

    first, again = run(request), run(request)

    assert calls == [("network", outside), ("handler", outside + 1)]
    assert (first.headers.get("idempotent-replayed"), again.headers["idempotent-replayed"]) == (None, "true")


@pytest.mark.django_db(transaction=True)
def test_concurrent_request_with_the_same_key_is_a_conflict(transactional_db: None):
    scenario = factories.scenario()
    finding = factories.finding(scenario)
    inside, leave = threading.Event(), threading.Event()

    def hold() -> None:
        from django.db import transaction

        with transaction.atomic():
            idempotency._lock(scenario.organization.pk, "k1")
            inside.set()
            leave.wait(10)
        connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    inside.wait(10)
    try:
        response = create(scenario, finding, "k1")
    finally:
        leave.set()
        holder.join()

    assert (response.status_code, response.json()["error"]["code"]) == (409, "idempotency_in_progress")
    assert Task.objects.count() == 0


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "change", "method"),
    [("tasks/{task}", {"title": "New"}, "patch"), ("findings/{finding}", {"title": "New"}, "patch"),
     ("policies/current", {"config": {}}, "put")],
)  # fmt: skip
def test_a_change_of_an_older_state_is_refused(scenario: Scenario, path: str, change: Any, method: str):
    task = factories.task(scenario)
    path = path.format(task=task.pk, finding=task.finding_id)
    read = scenario.client.call("get", path)
    assert read["etag"].startswith('"')

    first = scenario.client.call(method, path, change, if_match=read["etag"])
    second = scenario.client.call(method, path, change, if_match=read["etag"])

    assert first.status_code == 200
    assert first["etag"] == scenario.client.call("get", path)["etag"] != read["etag"]
    assert (second.status_code, second.json()["error"]["code"]) == (412, "precondition_failed")
    assert scenario.client.call(method, path, change, if_match="*").status_code == 200


@pytest.mark.django_db
def test_unchanged_resource_returns_304(scenario: Scenario):
    task = factories.task(scenario)
    tag = scenario.client.call("get", f"tasks/{task.pk}")["etag"]

    response = scenario.client.call("get", f"tasks/{task.pk}", if_none_match=tag)

    assert (response.status_code, response.content, response["content-length"]) == (304, b"", "0")


@pytest.mark.django_db
def test_rate_limit_allows_its_exact_number_of_requests_a_minute(
    scenario: Scenario, settings: Any, mid_minute_clock: None
):
    settings.KRAFTER_RATE_DEFAULT = 3

    responses = [scenario.client.call("get", "tasks") for _ in range(4)]

    assert [answer.status_code for answer in responses] == [200, 200, 200, 429]
    assert [answer["x-ratelimit-remaining"] for answer in responses] == ["2", "1", "0", "0"]
    assert responses[0]["x-ratelimit-limit"] == "3"
    assert int(responses[3]["x-ratelimit-reset"]) - time.time() == 30
    assert responses[3]["retry-after"] == "30"
    assert responses[3].json()["error"]["code"] == "rate_limited"


@pytest.mark.django_db
def test_sixteen_threads_never_get_more_than_the_limit(
    scenario: Scenario, settings: Any, mid_minute_clock: None
):
    settings.KRAFTER_RATE_DEFAULT = 100
    used: list[int] = []

    def call() -> None:
        used.extend(rate_limits.hit("default", "threads").used for _ in range(25))

    threads = [threading.Thread(target=call) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(used) == list(range(1, 401))


@pytest.mark.django_db
def test_requests_are_allowed_while_redis_is_unavailable(
    scenario: Scenario, settings: Any, monkeypatch: pytest.MonkeyPatch
):
    settings.KRAFTER_RATE_DEFAULT = 1
    unavailable = redis_client.create_client("redis://127.0.0.1:1/0")
    monkeypatch.setattr(redis_client, "connection", lambda: unavailable)
    before = unchecked_requests.unchecked_total._value.get()

    responses = [scenario.client.call("get", "tasks").status_code for _ in range(3)]

    assert responses == [200, 200, 200]
    assert unchecked_requests.unchecked_total._value.get() == before + 3


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "203.0.113.9", "127.0.0.1"),
        (1, "", "127.0.0.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "forged, 203.0.113.9", "203.0.113.9"),
        (2, "forged, 203.0.113.9, 10.0.0.1", "203.0.113.9"),
        (2, "10.0.0.1", "127.0.0.1"),
    ],
)
def test_client_address_is_read_from_trusted_proxies_only(
    rf: Any, settings: Any, proxies: int, forwarded: str, address: str
):
    settings.KRAFTER_TRUSTED_PROXIES = proxies

    request = rf.get("/", headers={"x-forwarded-for": forwarded})

    assert rate_limits.client_address(request) == address


@pytest.mark.django_db
def test_a_tag_that_a_proxy_has_weakened_still_saves_the_answer(scenario: Scenario):
    address = f"findings/{factories.finding(scenario).pk}"
    tag = scenario.client.call("get", address)["etag"]

    response = scenario.client.call("get", address, if_none_match=f"W/{tag}")
    any_version = scenario.client.call("get", address, if_none_match="*")
    refused = scenario.client.call("patch", address, {"status": "triaged"}, if_match=f"W/{tag}")

    assert (response.status_code, response.content) == (304, b"")
    assert (any_version.status_code, refused.status_code) == (304, 412)


def test_forked_child_opens_its_own_redis_connection():
    parent_id = redis_client.connection().client_id()
    reading, writing = os.pipe()

    if (child := os.fork()) == 0:
        os.write(writing, str(redis_client.connection().client_id()).encode())
        os._exit(0)
    assert select.select([reading], [], [], 10)[0]
    child_id = int(os.read(reading, 20))
    os.waitpid(child, 0)

    assert child_id != parent_id
    assert redis_client.connection().client_id() == parent_id
