"""The endpoints for operators and load balancers: health, metrics, the description of the API."""

import json
from typing import Any

import pytest
from django.test import Client

from krafter_audit.db import redis_client


@pytest.mark.django_db
def test_a_system_whose_parts_answer_is_ready(client: Client):
    assert client.get("/healthz/live").json() == {"status": "ok"}
    assert client.get("/healthz/ready").json() == {"database": "ok", "redis": "ok"}


@pytest.mark.django_db
def test_a_part_that_is_away_is_named(client: Client, monkeypatch: pytest.MonkeyPatch):
    away = redis_client.create_client("redis://127.0.0.1:1/0")
    monkeypatch.setattr(redis_client, "connection", lambda: away)

    response = client.get("/healthz/ready")

    assert (response.status_code, response.json()) == (503, {"database": "ok", "redis": "away"})


@pytest.mark.django_db
def test_metrics_are_for_who_holds_the_token(client: Client, settings: Any):
    settings.KRAFTER_METRICS_TOKEN = ""
    assert client.get("/metrics").status_code == 404

    settings.KRAFTER_METRICS_TOKEN = "secret-token"
    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", headers={"authorization": "Bearer wrong"}).status_code == 404
    answer = client.get("/metrics", headers={"authorization": "Bearer secret-token"})
    assert b"krafter_ratelimit_unchecked_total" in answer.content


@pytest.mark.django_db
def test_the_api_describes_itself_in_openapi_3_1(client: Client):
    described = json.loads(client.get("/api/v1/schema").content)

    assert described["openapi"].startswith("3.1")
    run = described["paths"]["/api/v1/orgs/{org_id}/projects/{project_id}/audit/verifications/run"]["post"]
    assert set(run["responses"]) >= {"202", "default"}
    enveloped = run["responses"]["202"]["content"]["application/json"]["schema"]["properties"]
    assert list(enveloped) == ["data", "meta", "error"]
    assert described["components"]["securitySchemes"]["apiKey"]["scheme"] == "bearer"


@pytest.mark.django_db
def test_the_description_has_a_page(client: Client):
    page = client.get("/api/docs")

    assert page.status_code == 200
    assert b"swagger" in page.content.lower()
