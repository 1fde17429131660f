"""Settings that depend on the environment, read in a process of their own."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest

READ = """
import json
from krafter_audit import settings
names = ["ALLOWED_HOSTS", "SECURE_HSTS_SECONDS", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SESSION_COOKIE_AGE"]
print(json.dumps({name: getattr(settings, name) for name in names}))
"""


def read_settings(**environment: str) -> dict[str, Any]:
    """Return settings of a process with this environment."""
    variables = {name: value for name, value in os.environ.items() if name != "KRAFTER_ALLOWED_HOSTS"}
    done = subprocess.run(
        [sys.executable, "-c", READ], env=variables | environment, capture_output=True, check=True, text=True
    )
    read: dict[str, Any] = json.loads(done.stdout)
    return read


@pytest.mark.slow
@pytest.mark.parametrize(
    ("public_url", "https"), [("https://audit.example.com", True), ("http://audit.example.com:8000", False)]
)
def test_public_url_decides_hosts_hsts_and_cookies(public_url: str, https: bool):
    assert read_settings(KRAFTER_PUBLIC_URL=public_url) == {
        "ALLOWED_HOSTS": ["audit.example.com", "127.0.0.1", "localhost", "[::1]"],
        "SECURE_HSTS_SECONDS": 31_536_000 if https else 0,
        "SESSION_COOKIE_SECURE": https,
        "CSRF_COOKIE_SECURE": https,
        "SESSION_COOKIE_AGE": 43_200,
    }


@pytest.mark.slow
def test_allowed_hosts_replace_those_of_the_public_url():
    assert read_settings(KRAFTER_ALLOWED_HOSTS="a.example, b.example")["ALLOWED_HOSTS"] == [
        "a.example",
        "b.example",
    ]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("public_url", "names"),
    [
        ("https://audit.example.com", ["__Host-sessionid", "__Host-csrftoken"]),
        ("http://audit.example.com:8000", ["sessionid", "csrftoken"]),
    ],
)
def test_cookies_have_the_host_prefix_over_tls(public_url: str, names: list[str]):
    script = (
        "from krafter_audit import settings; from django.conf import global_settings as defaults; import json;"
        "print(json.dumps([getattr(settings, name, getattr(defaults, name))"
        " for name in ('SESSION_COOKIE_NAME', 'CSRF_COOKIE_NAME')]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "KRAFTER_PUBLIC_URL": public_url},
        capture_output=True,
        check=True,
        text=True,
    )

    assert json.loads(done.stdout) == names
