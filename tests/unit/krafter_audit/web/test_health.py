"""Endpoints for operators and load balancers: health, metrics, and the schema of the API."""

import json
from typing import Any

import pytest
from django.test import Client

from krafter_audit.db import redis_client


@pytest.mark.django_db
def test_readiness_is_ok_if_every_service_responds(client: Client):
    assert client.get("/healthz/live").json() == {"status": "ok"}
    assert client.get("/healthz/ready").json() == {"database": "ok", "redis": "ok"}


@pytest.mark.django_db
def test_readiness_names_an_unavailable_service(client: Client, monkeypatch: pytest.MonkeyPatch):
    unavailable = redis_client.create_client("redis://127.0.0.1:1/0")
    monkeypatch.setattr(redis_client, "connection", lambda: unavailable)

    response = client.get("/healthz/ready")
    without_redis = client.get("/healthz/ready?exclude=redis")

    assert (response.status_code, response.json()) == (503, {"database": "ok", "redis": "unavailable"})
    assert (without_redis.status_code, without_redis.json()) == (200, {"database": "ok"})


@pytest.mark.django_db
def test_metrics_require_the_token(client: Client, settings: Any):
    settings.KRAFTER_METRICS_TOKEN = ""
    assert client.get("/metrics").status_code == 404

    settings.KRAFTER_METRICS_TOKEN = "secret-token"
    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", headers={"authorization": "Bearer wrong"}).status_code == 404
    response = client.get("/metrics", headers={"authorization": "Bearer secret-token"})
    assert b"krafter_ratelimit_unchecked_total" in response.content
    assert response["cache-control"] == "no-store"


@pytest.mark.django_db
def test_schema_is_openapi_3_1(client: Client):
    schema = json.loads(client.get("/api/v1/schema").content)

    assert schema["openapi"].startswith("3.1")
    run = schema["paths"]["/api/v1/orgs/{org_id}/projects/{project_id}/audit/verifications/run"]["post"]
    assert set(run["responses"]) >= {"202", "default"}
    name = run["responses"]["202"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
    assert list(schema["components"]["schemas"][name]["properties"]) == ["data", "meta", "error"]
    assert schema["components"]["securitySchemes"]["apiKey"]["scheme"] == "bearer"
