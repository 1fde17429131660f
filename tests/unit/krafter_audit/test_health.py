"""What operators and load balancers ask, and what keeps a wrong setting from starting."""

import json
import os
import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.checks import run_checks
from django.core.management import call_command
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


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", "tiny"),
        ("KRAFTER_ENCRYPTION_KEYS", ""),
        ("KRAFTER_ENCRYPTION_KEYS", "k1"),
        ("KRAFTER_ENCRYPTION_KEYS", "k1:not base64"),
        ("KRAFTER_ENCRYPTION_KEYS", "k1:c2hvcnQ="),
        ("KRAFTER_SIGNING_KEYS", "k1:c2hvcnQ="),
        ("KRAFTER_SIGNING_KEYS", "nonsense"),
        ("KRAFTER_ALLOWED_NETWORKS", "127.0.0.0/8,nonsense"),
        ("KRAFTER_ALLOWED_NETWORKS", "10.0.0.0/99"),
        ("KRAFTER_PUBLIC_URL", "audit.example.com"),
        ("KRAFTER_RATE_DEFAULT", 0),
        ("KRAFTER_CA_FILE", "/nowhere/ca.pem"),
    ],
)
def test_a_wrong_setting_is_named_in_a_sentence_with_a_hint(settings: Any, name: str, value: Any):
    setattr(settings, name, value)

    (error,) = run_checks()

    assert name in error.msg
    assert error.hint
    assert error.is_serious()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", "s3cret"),
        ("KRAFTER_ENCRYPTION_KEYS", "k1:c2hvcnQ="),
        ("KRAFTER_SIGNING_KEYS", "k1:c2hvcnQ="),
    ],
)
def test_a_wrong_secret_is_not_repeated(settings: Any, name: str, value: str):
    setattr(settings, name, value)

    (error,) = run_checks()

    assert value.removeprefix("k1:") not in f"{error.msg} {error.hint}"


def test_an_installation_without_a_signing_key_starts_and_is_told_how_to_make_one(settings: Any):
    settings.KRAFTER_SIGNING_KEYS = ""

    (warning,) = run_checks()

    assert "KRAFTER_SIGNING_KEYS is not set" in warning.msg
    assert "os.urandom(32)" in warning.hint
    assert not warning.is_serious()


def test_the_settings_of_these_tests_are_right():
    assert run_checks() == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("KRAFTER_RATE_DEFAULT", "abc"),
        ("KRAFTER_LOG_JSON", "perhaps"),
        ("DATABASE_URL", "nonsense://:pw@x:y/z"),
    ],
)
def test_what_cannot_be_read_is_noted_by_name_and_not_repeated(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
):
    from krafter_audit.environment import Environment

    monkeypatch.setenv(name, value)
    env = Environment()

    env.int("KRAFTER_RATE_DEFAULT", default=100)
    env.bool("KRAFTER_LOG_JSON", default=False)
    env.db("DATABASE_URL", default="postgres://x@127.0.0.1/x")

    (problem,) = env.problems
    assert problem.startswith(name)
    assert value not in problem


WEB = ["-c", "import krafter_audit.wsgi"]
CLOCK = ["-m", "celery", "-A", "krafter_audit", "beat", "--schedule", "beat-schedule"]


@pytest.mark.parametrize("command", [WEB, CLOCK], ids=["web", "clock"])
def test_the_web_and_the_clock_do_not_start_with_a_wrong_setting(command: list[str], tmp_path: Path):
    root = str(settings.BASE_DIR)
    wrong = {"KRAFTER_RATE_DEFAULT": "abc", "KRAFTER_ENCRYPTION_KEYS": "bad", "PYTHONPATH": root}

    ended = subprocess.run(
        [sys.executable, *command],
        env=os.environ | wrong,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert ended.returncode == 1
    assert "KRAFTER_RATE_DEFAULT is not a whole number." in ended.stderr
    assert "KRAFTER_ENCRYPTION_KEYS" in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.django_db
def test_the_checks_that_each_worker_and_each_migration_begin_with_find_nothing() -> None:
    out = StringIO()

    call_command("check", stdout=out)

    assert out.getvalue().startswith("System check identified no issues")
