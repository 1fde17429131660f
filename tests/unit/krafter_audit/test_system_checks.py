"""Invalid settings are refused by `manage.py check`, the web and beat with a sentence that names the setting."""

import os
import re
import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.checks import run_checks
from django.core.management import call_command

from krafter_audit.conf.declarations import SETTINGS
from krafter_audit.conf.reader import SettingsReader
from krafter_audit.conf.setting import Setting

ROOT = str(settings.BASE_DIR)
BOUNDED = [setting for setting in SETTINGS if type(setting.default) is int]
BELOW = [(setting, str(setting.minimum - 1)) for setting in BOUNDED]
ABOVE = [(setting, str(setting.maximum + 1)) for setting in BOUNDED]


@pytest.mark.slow
def test_manage_check_refuses_every_setting_that_is_out_of_bounds() -> None:
    wrong = [*BELOW[::2], *ABOVE[1::2]]

    ended = subprocess.run(
        [sys.executable, "manage.py", "check"],
        env=os.environ | {setting.name: value for setting, value in wrong},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert ended.returncode == 1
    for setting, _ in wrong:
        assert re.search(
            rf"{setting.name} is (less|more) than \d+\. Accepted: {setting.accepted}\.", ended.stderr
        )
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize("wrong", [BELOW, ABOVE], ids=["below", "above"])
def test_values_out_of_bounds_are_refused_and_have_the_defaults(
    wrong: list[tuple[Setting, str]], settings: Any
) -> None:
    settings.ENVIRONMENT = SettingsReader({setting.name: value for setting, value in wrong})

    errors = run_checks()

    assert len(errors) == len(wrong) > 10
    for error, (setting, _) in zip(errors, wrong, strict=True):
        assert (error.is_serious(), bool(error.hint)) == (True, True)
        assert error.msg.startswith(f"{setting.name} is ")
        assert error.msg.endswith(f"Accepted: {setting.accepted}.")
        assert settings.ENVIRONMENT[setting.name] == setting.default


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", "tiny"),
        ("KRAFTER_ENCRYPTION_KEYS", ""),
        ("KRAFTER_ENCRYPTION_KEYS", "k1"),
        ("KRAFTER_ENCRYPTION_KEYS", "k1:not base64"),
        ("KRAFTER_SIGNING_KEYS", "nonsense"),
        ("KRAFTER_ALLOWED_NETWORKS", "127.0.0.0/8,nonsense"),
        ("KRAFTER_ALLOWED_NETWORKS", "10.0.0.0/99"),
        ("KRAFTER_DNS_SERVERS", "ns1.example.com"),
        ("KRAFTER_DNS_SERVERS", "192.0.2.53:99999"),
        ("KRAFTER_OWNED_HOSTS", "https://example.com"),
        ("KRAFTER_PUBLIC_URL", "audit.example.com"),
        ("KRAFTER_PUBLIC_URL", "https://audit.example.com:99999"),
        ("KRAFTER_RATE_DEFAULT", 0),
        ("KRAFTER_RESULTS_KEEP_DAYS", -5),
        ("KRAFTER_HOST_RATE", -1),
        ("KRAFTER_CA_FILE", "/nowhere/ca.pem"),
        ("KRAFTER_CHROMIUM", "/nowhere/chromium"),
        ("REDIS_URL", "http://127.0.0.1:6379"),
        ("DEFAULT_FROM_EMAIL", "nobody"),
    ],
)
def test_an_invalid_setting_is_named_in_a_sentence_with_a_hint(settings: Any, name: str, value: Any) -> None:
    setattr(settings, name, value)

    (error,) = run_checks()

    assert {"DEFAULT_FROM_EMAIL": "KRAFTER_FROM_EMAIL"}.get(name, name) in error.msg
    assert error.hint
    assert error.is_serious()


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        (
            "KRAFTER_RATE_DEFAULT",
            "abc",
            "KRAFTER_RATE_DEFAULT is not a whole number. Accepted: 1 to 1000000.",
        ),
        (
            "KRAFTER_LOG_JSON",
            "perhaps",
            "KRAFTER_LOG_JSON is neither true nor false. Accepted: true or false.",
        ),
        (
            "KRAFTER_LOG_LEVEL",
            "loud",
            "KRAFTER_LOG_LEVEL is none of the accepted words. Accepted: DEBUG, INFO, WARNING, ERROR, CRITICAL.",
        ),
        (
            "DATABASE_URL",
            "mysql://user:s3cret@host/x",
            "DATABASE_URL: it must be the URL of a PostgreSQL database: postgres://user:password@host:5432/name.",
        ),
        (
            "KRAFTER_REPLICA_URL",
            "nonsense://:s3cret@x:y/z",
            "KRAFTER_REPLICA_URL: it must be the URL of a PostgreSQL database: postgres://user:password@host:5432/name.",
        ),
        (
            "EMAIL_URL",
            "smtp://user:s3cret@host:port",
            "EMAIL_URL: it must be the URL of a mail server: smtp+tls://user:password@host:587.",
        ),
    ],
)
def test_invalid_value_is_rejected_and_a_secret_is_left_out_of_the_error(
    settings: Any, name: str, value: str, sentence: str
) -> None:
    settings.ENVIRONMENT = SettingsReader({name: value})

    (error,) = run_checks()

    assert error.msg == sentence
    assert "s3cret" not in f"{error.msg} {error.hint}"


def test_host_with_a_scheme_is_rejected(settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["https://audit.example.com"]

    (error,) = run_checks()

    assert error.msg.endswith(
        "'https://audit.example.com' is not a host name. Write example.com, .example.com or *, without a scheme."
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", "s3cret"),
        ("KRAFTER_ENCRYPTION_KEYS", "k1:c2hvcnQ="),
        ("KRAFTER_SIGNING_KEYS", "k1:c2hvcnQ="),
    ],
)
def test_an_invalid_secret_is_not_repeated(settings: Any, name: str, value: str) -> None:
    setattr(settings, name, value)

    (error,) = run_checks()

    assert error.is_serious()
    assert name in error.msg
    assert value.removeprefix("k1:") not in f"{error.msg} {error.hint}"


@pytest.mark.parametrize("ending", ["URL", "TOKEN_URL"])
@pytest.mark.parametrize("value", ["github.acme.example", "https://user:s3cret@github.acme.example"])
def test_the_url_of_a_provider_must_be_http_without_credentials(
    monkeypatch: pytest.MonkeyPatch, ending: str, value: str
) -> None:
    monkeypatch.setenv(f"KRAFTER_GITHUB_{ending}", value)

    (error,) = run_checks()

    assert error.msg == f"KRAFTER_GITHUB_{ending}: it must be a URL that begins with https:// or http://."


@pytest.mark.parametrize("ending", ["CLIENT_ID", "CLIENT_SECRET"])
def test_an_oauth_client_has_an_id_and_a_secret(monkeypatch: pytest.MonkeyPatch, ending: str) -> None:
    monkeypatch.setenv(f"KRAFTER_JIRA_{ending}", "s3cret")

    (error,) = run_checks()

    assert (
        error.msg
        == "KRAFTER_JIRA_CLIENT_ID and KRAFTER_JIRA_CLIENT_SECRET must be set together or not at all."
    )


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("KRAFTER_RATE_DEFUALT", "Did you mean KRAFTER_RATE_DEFAULT?"),
        ("KRAFTER_GITHUB_CLIENTID", "Did you mean KRAFTER_GITHUB_CLIENT_ID?"),
        ("KRAFTER_XYZZY", "docs/operations.md lists every setting."),
    ],
)
def test_an_unknown_variable_gives_a_warning_with_the_most_similar_setting(
    monkeypatch: pytest.MonkeyPatch, name: str, hint: str
) -> None:
    monkeypatch.setenv(name, "s3cret")

    (warning,) = run_checks()

    assert warning.msg == f"{name} is not a setting of Krafter Audit and has no effect."
    assert warning.hint == hint
    assert not warning.is_serious()


def test_an_installation_without_a_signing_key_starts_with_a_warning(settings: Any) -> None:
    settings.KRAFTER_SIGNING_KEYS = ""

    (warning,) = run_checks()

    assert "KRAFTER_SIGNING_KEYS is not set" in warning.msg
    assert "os.urandom(32)" in warning.hint
    assert not warning.is_serious()


def test_the_settings_of_these_tests_are_valid() -> None:
    assert run_checks() == []


WEB = ["-c", "import krafter_audit.wsgi"]
BEAT = ["-m", "celery", "-A", "krafter_audit", "beat", "--pidfile="]


@pytest.mark.slow
@pytest.mark.parametrize("command", [WEB, BEAT], ids=["web", "beat"])
def test_the_web_and_beat_do_not_start_with_an_invalid_setting(command: list[str], tmp_path: Path) -> None:
    wrong = {
        "KRAFTER_RATE_DEFAULT": "abc",
        "KRAFTER_ENCRYPTION_KEYS": "bad",
        "KRAFTER_SECRET_KEY": "",
        "PYTHONPATH": ROOT,
    }

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
    assert "KRAFTER_SECRET_KEY is missing" in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.django_db
def test_manage_check_passes_with_a_database() -> None:
    out = StringIO()

    call_command("check", stdout=out)

    assert out.getvalue().startswith("System check identified no issues")


def test_single_sign_on_without_a_client_is_an_error(settings: Any) -> None:
    settings.KRAFTER_OIDC_URL = "https://login.example.com"

    assert [message.id for message in run_checks(tags=["environment"]) if "OIDC" in message.msg] == [
        "krafter.E004"
    ]
