"""The URL that receives webhooks."""

import pytest
from django.test import Client
from pytest_django import Settings

from integrations.models import Integration
from tests.unit.integrations.webhooks.senders import SENDERS, call

pytestmark = pytest.mark.django_db


def test_body_above_the_limit_is_refused(github_integration: Integration) -> None:
    body = b" " * (5 * 1024 * 1024 + 1)

    response = call(github_integration, body, SENDERS["github"].headers(body))

    assert (response.status_code, response.json()["error"]["code"]) == (413, "payload_too_large")


@pytest.mark.usefixtures("mid_minute_clock")
def test_deliveries_are_rate_limited_by_address(github_integration: Integration, settings: Settings) -> None:
    settings.KRAFTER_RATE_HOOKS = 2

    caller = Client(REMOTE_ADDR="203.0.113.9")
    address = f"/api/v1/hooks/github/{github_integration.pk}"

    responses = [caller.post(address, b"{}", content_type="application/json").status_code for _ in range(5)]

    assert (responses[0], responses[-1]) == (404, 429)


def test_only_post_is_allowed(github_integration: Integration) -> None:
    assert Client().get(f"/api/v1/hooks/github/{github_integration.pk}").status_code == 405
