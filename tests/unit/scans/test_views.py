"""The API of scans tells where an accepted scan is read, and can wait for its end."""

from typing import Any

import pytest
from django.utils import timezone

from krafter_audit.api import long_polling
from scans.models import Scan
from tests import factories
from tests.factories import Scenario

pytestmark = pytest.mark.django_db


def queued(scenario: Scenario) -> str:
    return str(scenario.client.call("post", "scans/run", {}).json()["data"]["id"])


def test_accepted_scan_has_its_location_also_when_the_request_is_repeated(scenario: Scenario) -> None:
    first, again = (scenario.client.call("post", "scans/run", {}, idempotency_key="k1") for _ in range(2))

    pk = Scan.objects.get().pk
    expected = (202, f"{scenario.client.base}scans/{pk}", "1")
    assert [
        (response.status_code, response["location"], response["retry-after"]) for response in (first, again)
    ] == [
        expected,
        expected,
    ]
    assert scenario.client.call("get", first["location"]).json()["data"]["id"] == str(pk)


def test_rejected_scan_has_no_location(scenario: Scenario) -> None:
    response = scenario.client.call("post", "scans/run", {"url": "not a url"})

    assert (response.status_code, response.has_header("location")) == (422, False)


@pytest.mark.parametrize("networks", ["", "127.0.0.0/8"])
@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("post", "scans/run", {"url": "http://vault.internal/"}),
        ("post", "scans/run", {"url": "http://printer/"}),
        ("post", "sites", {"host": "printer.local"}),
        ("put", "access", {"origin": "https://vault.internal", "headers": {"x-key": "s"}}),
    ],
)
def test_local_name_that_does_not_resolve_is_rejected(
    scenario: Scenario, settings: Any, networks: str, method: str, path: str, body: dict[str, Any]
) -> None:
    settings.KRAFTER_ALLOWED_NETWORKS = networks

    response = scenario.client.call(method, path, body)

    assert (response.status_code, list(response.json()["error"]["details"])) == (422, [next(iter(body))])


def test_wait_answers_when_the_scan_has_finished(scenario: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    pk, polls = queued(scenario), []

    def finish(seconds: float) -> None:
        polls.append(seconds)
        if len(polls) == 2:
            rows = Scan.objects.filter(pk=pk)
            Scan.transitions.update(rows, "queued", "failed", finished_at=timezone.now())

    monkeypatch.setattr(long_polling.time, "sleep", finish)
    response = scenario.client.call("get", f"scans/{pk}?wait=60")

    assert (response.json()["data"]["status"], len(polls)) == ("failed", 2)


def test_scan_of_another_project_is_not_waited_for(
    scenario: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    pk = queued(factories.scenario())
    monkeypatch.setattr(long_polling.time, "sleep", lambda seconds: pytest.fail("It waits."))

    responses = [scenario.client.call("get", f"scans/{scan_id}?wait=60") for scan_id in (pk, "x")]

    assert [response.status_code for response in responses] == [404, 404]


@pytest.mark.parametrize("value", ["61", "-1", "x", ""])
def test_invalid_wait_is_rejected(scenario: Scenario, value: Any) -> None:
    response = scenario.client.call("get", f"scans/{queued(scenario)}?wait={value}")

    assert (response.status_code, list(response.json()["error"]["details"])) == (422, ["wait"])
