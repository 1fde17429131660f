"""Settings that depend on the environment, read in a process of their own."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest

READ = """
import json
from django.conf import settings
names = ["ALLOWED_HOSTS", "SECURE_HSTS_SECONDS", "SESSION_COOKIE_AGE"]
names += [f"{kind}_COOKIE_{name}" for kind in ("SESSION", "CSRF") for name in ("NAME", "SECURE")]
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
    ("public_url", "https", "prefix"),
    [("https://audit.example.com", True, "__Host-"), ("http://audit.example.com:8000", False, "")],
)
def test_public_url_decides_hosts_hsts_and_cookies(public_url: str, https: bool, prefix: str):
    assert read_settings(KRAFTER_PUBLIC_URL=public_url) == {
        "ALLOWED_HOSTS": ["audit.example.com", "127.0.0.1", "localhost", "[::1]"],
        "SECURE_HSTS_SECONDS": 31_536_000 if https else 0,
        "SESSION_COOKIE_AGE": 43_200,
        "SESSION_COOKIE_NAME": f"{prefix}sessionid",
        "SESSION_COOKIE_SECURE": https,
        "CSRF_COOKIE_NAME": f"{prefix}csrftoken",
        "CSRF_COOKIE_SECURE": https,
    }


@pytest.mark.slow
def test_allowed_hosts_replace_those_of_the_public_url():
    assert read_settings(KRAFTER_ALLOWED_HOSTS="a.example, b.example")["ALLOWED_HOSTS"] == [
        "a.example",
        "b.example",
    ]
