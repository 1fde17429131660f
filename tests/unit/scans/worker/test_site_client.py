"""The client of a site has its credentials, and the request rate of verified hosts as the policy limits it."""

from typing import Any

from django.utils import timezone

from krafter_audit.http.client import ParsedUrl
from scans.models import Site
from scans.site_credentials.services import set_credentials
from scans.worker.host_throttle import SharedHostThrottle
from scans.worker.site_client import site_client
from tests.factories import Scenario

ORIGIN = "https://www.example.com"


def test_client_has_the_credentials_and_the_adaptive_request_rate_of_a_verified_host(
    scenario: Scenario, settings: Any
) -> None:
    settings.KRAFTER_HOST_RATE = 2
    headers = {"headers": {"X-Staging-Key": "abc123"}}
    set_credentials(scenario.project, origin=ORIGIN, credentials=headers, by=scenario.actor)
    Site.objects.create(
        project=scenario.project, host="www.example.com", method="file", verified_at=timezone.now()
    )

    config = {"scan": {"max_requests_per_second": 5}}
    with site_client(scenario.project, [f"{ORIGIN}/", "https://other.example/"], config) as (
        client,
        verified,
    ):
        throttle, credentials = client.throttle, client.credentials

    assert isinstance(throttle, SharedHostThrottle)
    assert credentials
    assert credentials.headers_for(ORIGIN) == {"x-staging-key": "abc123"}
    assert [verified.covers(host) for host in ("www.example.com", "other.example")] == [True, False]
    assert [
        throttle.limits(ParsedUrl.parse(f"https://{host}/")).adaptive
        for host in ("www.example.com", "other.example")
    ] == [True, False]
    assert throttle.limits(ParsedUrl.parse(f"{ORIGIN}/")).max_rate == 5
