"""Every log line of a request carries its id, and none carries what must not be kept."""

import io
import logging
import re
from collections.abc import Iterator
from typing import Any

import kombu
import pytest
from django.test import Client
from django.urls import URLResolver, get_resolver

from krafter_audit.logs import logging_config
from tests import factories
from tests.factories import Scenario

pytestmark = pytest.mark.django_db


@pytest.fixture
def log_lines() -> Any:
    """What a line looks like once it is written."""
    config = logging_config(level="INFO", as_json=False)["formatters"]["line"]
    formatter = config["()"](foreign_pre_chain=config["foreign_pre_chain"], processors=config["processors"])
    handler = logging.StreamHandler(io.StringIO())
    handler.setFormatter(formatter)
    logger = logging.getLogger("krafter_audit")
    logger.addHandler(handler)
    yield lambda: handler.stream.getvalue().splitlines()
    logger.removeHandler(handler)


def test_request_is_logged_in_one_line_with_its_id_and_without_its_query(scenario: Scenario, log_lines: Any):
    response = scenario.client.call("get", "tasks?status=backlog")

    (line,) = log_lines()
    assert f"request_id={response['x-request-id']}" in line
    assert f'event="GET {scenario.client.base}tasks 200 ' in line
    assert "status=backlog" not in line
    assert scenario.key not in line


def routes(patterns: Any, prefix: str = "") -> Iterator[str]:
    """Yield the URL patterns, with those of included ones."""
    for pattern in patterns:
        route = f"{prefix}{pattern.pattern}"
        yield from routes(pattern.url_patterns, route) if isinstance(pattern, URLResolver) else [route]


LINKS = [route for route in routes(get_resolver().url_patterns) if "token>" in route]


@pytest.mark.parametrize("route", LINKS)
def test_token_of_a_link_is_left_out_of_the_log(route: str, log_lines: Any):
    path = re.sub(r"<(?:\w+:)?(\w+)>", lambda found: "some-token" if found[1] == "token" else "x", route)

    Client(raise_request_exception=False).get(f"/{path}")

    assert len(LINKS) >= 8
    assert "some-token" not in "".join(log_lines())
    assert "…" in "".join(log_lines())


def test_log_lines_of_services_have_the_request_id(
    scenario: Scenario, log_lines: Any, monkeypatch: pytest.MonkeyPatch
):
    def unavailable(*args: Any, **kwargs: Any) -> None:
        raise OSError("no broker")

    monkeypatch.setattr(kombu.Producer, "publish", unavailable)
    monkeypatch.setattr("krafter_audit.jobs.queues._retry_at", 0.0)
    monkeypatch.setattr("django.db.transaction.on_commit", lambda run: run())
    task = factories.task(scenario)

    response = scenario.client.call("post", "verifications/run", {"task_id": str(task.pk)})

    warnings = [line for line in log_lines() if "The broker is unavailable" in line]
    assert response.status_code == 202
    assert len(warnings) == 1
    assert f"request_id={response['x-request-id']}" in warnings[0]
