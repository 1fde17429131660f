"""A request that is repeated with its idempotency key gets the first response and changes nothing."""

import threading
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import RequestFactory
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import api_keys
from accounts import services as accounts
from accounts.actors import SYSTEM
from accounts.models import Scope
from krafter_audit.api import idempotency
from krafter_audit.api.models import IdempotentResponse
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
        AuditClient(
            scenario.project,
            api_keys.issue(scenario.organization, user=user, name="k", scopes=[Scope.WRITE])[1],
        )
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
    accounts.update_project(scenario.project, changes={"slug": "old"}, by=SYSTEM)
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
