"""Requests are limited per key, organisation and address; every response below /api/ has the headers of its limit."""

import threading
import time
import uuid
from typing import Any

import pytest
from django.test import Client

from accounts.models import ApiKey
from krafter_audit.api.throttling import rate_limits
from tests import factories
from tests.factories import AuditClient, Scenario

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("mid_minute_clock")]
NAMES = ["x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"]
INVALID = "kr_live_" + "A" * 43
HOOK = "/api/v1/hooks/github/00000000-0000-4000-8000-000000000000"


def new_address() -> str:
    return f"10.{uuid.uuid4().int % 250}.{uuid.uuid4().int % 250}.1"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("get", "tasks", 200),
        ("get", "tasks/x", 404),
        ("delete", "tasks", 405),
        ("post", "tasks", 422),
        ("get", "/api/v1/nothing", 404),
        ("post", "/api/", 404),
        ("get", "/api/v1/schema", 200),
        ("get", "/api/docs", 200),
        ("post", HOOK, 404),
        ("get", HOOK, 405),
    ],
)
def test_every_response_has_the_headers(scenario: Scenario, method: str, path: str, status: int):
    response = scenario.client.call(method, path)

    assert response.status_code == status
    assert [name for name in NAMES if name in response] == NAMES


@pytest.mark.parametrize("key", [None, "malformed", INVALID])
def test_unauthorized_has_the_headers(scenario: Scenario, key: str | None):
    response = AuditClient(scenario.project, key).call("get", "tasks")

    assert response.status_code == 401
    assert [name for name in NAMES if name in response] == NAMES


def test_requests_without_a_key_are_limited_by_address(client: Client, settings: Any):
    settings.KRAFTER_RATE_ANONYMOUS = 2
    address = new_address()

    responses = [client.get("/api/v1/nothing", REMOTE_ADDR=address) for _ in range(3)]
    elsewhere = client.get("/api/v1/nothing", REMOTE_ADDR=new_address())

    assert [response.status_code for response in responses] == [404, 404, 429]
    assert [response["x-ratelimit-remaining"] for response in responses] == ["1", "0", "0"]
    assert responses[2].json()["error"]["code"] == "rate_limited"
    assert elsewhere.status_code == 404


@pytest.mark.parametrize(
    ("addresses", "statuses"),
    [
        (["2001:db8:7:{}::1", "2001:db8:7:{}:ffff::2", "2001:DB8:7:{}:0::3"], [404, 404, 429]),
        (["2001:db8:7:{}::1", "2001:db8:8:{}::1", "2001:db8:9:{}::1"], [404, 404, 404]),
        # Of a server that listens on IPv6 and IPv4.
        (["::ffff:10.9.{}.1", "::ffff:10.9.{}.2", "::ffff:10.9.{}.3"], [404, 404, 404]),
        (["fe80:{}::1%eth0", "fe80:{}::2%eth0", "fe80:{}::3"], [404, 404, 429]),
    ],
)
def test_clients_with_ipv6_are_limited_by_network(
    client: Client, settings: Any, addresses: list[str], statuses: list[int]
):
    settings.KRAFTER_RATE_ANONYMOUS = 2
    part = uuid.uuid4().int % 250

    responses = [client.get("/api/v1/nothing", REMOTE_ADDR=address.format(part)) for address in addresses]

    assert [response.status_code for response in responses] == statuses


def test_pages_outside_of_the_api_are_not_counted(client: Client, settings: Any):
    settings.KRAFTER_RATE_ANONYMOUS = 1
    address = new_address()

    pages = [client.get("/admin/login/", REMOTE_ADDR=address) for _ in range(2)]

    assert [(response.status_code, NAMES[0] in response) for response in pages] == [(200, False)] * 2


def test_a_key_with_its_own_limit_leaves_the_rest_to_the_others(scenario: Scenario, settings: Any):
    settings.KRAFTER_RATE_DEFAULT = 4
    other = factories.api_key(scenario)
    ApiKey.objects.filter(name="tests").update(rate_limit=2)

    limited = [scenario.client.call("get", "tasks") for _ in range(4)]
    rest = [other.call("get", "tasks") for _ in range(3)]

    assert [response.status_code for response in limited] == [200, 200, 429, 429]
    assert [response["x-ratelimit-limit"] for response in limited] == ["2"] * 4
    assert [response.status_code for response in rest] == [200, 200, 429]
    assert [response["x-ratelimit-limit"] for response in rest] == ["4"] * 3
    assert len({response["x-ratelimit-reset"] for response in [*limited, *rest]}) == 1


def test_the_limit_of_the_organisation_holds_for_a_key_with_a_higher_one(scenario: Scenario, settings: Any):
    settings.KRAFTER_RATE_DEFAULT = 1
    ApiKey.objects.update(rate_limit=50)

    assert [scenario.client.call("get", "tasks").status_code for _ in range(2)] == [200, 429]


def test_rate_limit_allows_its_exact_number_of_requests_a_minute(scenario: Scenario, settings: Any):
    settings.KRAFTER_RATE_DEFAULT = 3

    responses = [scenario.client.call("get", "tasks") for _ in range(4)]

    assert [response.status_code for response in responses] == [200, 200, 200, 429]
    assert [response["x-ratelimit-remaining"] for response in responses] == ["2", "1", "0", "0"]
    assert responses[0]["x-ratelimit-limit"] == "3"
    assert int(responses[3]["x-ratelimit-reset"]) - time.time() == 30
    assert responses[3]["retry-after"] == "30"
    assert responses[3].json()["error"]["code"] == "rate_limited"


def test_concurrent_requests_are_each_counted():
    caller, used = str(uuid.uuid4()), list[int]()

    def call() -> None:
        used.extend(rate_limits.hit("default", caller).used for _ in range(25))

    threads = [threading.Thread(target=call) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(used) == list(range(1, 401))


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
