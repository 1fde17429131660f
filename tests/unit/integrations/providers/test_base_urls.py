"""Self-hosted servers: which API a `base_url` leads to, which URLs are refused, and that a token goes nowhere else."""

from typing import Any

import pytest

from integrations.providers.errors import ProviderRefused
from integrations.providers.registry import PROVIDER_CLASSES
from krafter_audit.http.client import Client

CREDENTIALS: dict[str, dict[str, str]] = {
    "github": {"token": "t0ken-secret", "repository": "acme/web-app"},
    "gitlab": {"token": "t0ken-secret", "project": "acme/web-app"},
    "sentry": {"token": "t0ken-secret", "organization": "acme", "project": "shop"},
}


def base_url(name: str, given: Any, operator_url: str = "") -> str:
    credentials = {**CREDENTIALS[name], **({"base_url": given} if given is not None else {})}
    return PROVIDER_CLASSES[name](Client(), credentials, operator_url).base_url


@pytest.mark.parametrize(
    ("name", "given", "expected"),
    [
        ("github", None, "https://api.github.com"),
        ("github", "https://github.com/", "https://api.github.com"),
        ("github", "https://api.github.com", "https://api.github.com"),
        ("github", "https://git.acme.example", "https://git.acme.example/api/v3"),
        ("github", "https://git.acme.example:8443/api/v3/", "https://git.acme.example:8443/api/v3"),
        ("github", "https://acme.ghe.com", "https://api.acme.ghe.com"),
        ("github", "https://api.acme.ghe.com", "https://api.acme.ghe.com"),
        ("gitlab", None, "https://gitlab.com/api/v4"),
        ("gitlab", "", "https://gitlab.com/api/v4"),
        ("gitlab", "https://git.acme.example/", "https://git.acme.example/api/v4"),
        ("gitlab", "https://acme.example/gitlab/api/v4", "https://acme.example/gitlab/api/v4"),
        ("sentry", None, "https://sentry.io"),
        ("sentry", "https://de.sentry.io", "https://de.sentry.io"),
        ("sentry", "https://sentry.acme.example/api/0/", "https://sentry.acme.example"),
    ],
)
def test_base_url_leads_to_the_api(name: str, given: str | None, expected: str) -> None:
    assert base_url(name, given) == expected


@pytest.mark.parametrize("name", CREDENTIALS)
def test_base_url_of_the_credentials_overrides_the_operators(name: str) -> None:
    operator_url = "https://operators.example/api"

    assert base_url(name, None, operator_url).startswith("https://operators.example")
    assert base_url(name, "https://acme.example", operator_url).startswith("https://acme.example")


@pytest.mark.parametrize("name", CREDENTIALS)
@pytest.mark.parametrize(
    "given",
    [
        "git.acme.example",
        "ftp://git.acme.example",
        "file:///etc/passwd",
        "https://user:pass@git.acme.example",
        "https://git.acme.example?x=1",
        "https://git.acme.example#x",
        "https://git.acme.example:port",
        "https://[::1",
        "https://",
        "https://git.acme.example\\@evil.example",
        "https://g\u0456t.acme.example",
        "https://git acme.example",
        7,
        ["https://git.acme.example"],
    ],
)
def test_invalid_base_url_is_refused(name: str, given: Any) -> None:
    with pytest.raises(ProviderRefused, match="must be a URL such as"):
        base_url(name, given)


@pytest.mark.parametrize("name", CREDENTIALS)
@pytest.mark.parametrize(
    "private", ["http://127.0.0.1:9", "http://169.254.169.254", "http://[::1]:9", "http://10.0.0.1"]
)
def test_server_in_a_private_network_is_refused(name: str, private: str) -> None:
    provider = PROVIDER_CLASSES[name](
        Client(), {**CREDENTIALS[name], "base_url": private}, sleep=lambda seconds: None
    )

    with pytest.raises(ProviderRefused, match="This installation may not connect"):
        provider.check_connection()


def test_origin_is_compared_regardless_of_case_and_default_port() -> None:
    provider = PROVIDER_CLASSES["github"](Client(), CREDENTIALS["github"], "https://git.acme.example/api/v3")

    for address in ("https://GIT.acme.example/api/v3/x?page=2", "https://git.acme.example:443/api/v3/x"):
        provider._require_same_origin(address)
    for address in (
        "http://git.acme.example/api/v3/x",
        "https://git.acme.example:8443/x",
        "https://git.acme.example.evil.example/x",
        "https://git.acme.example@evil.example/x",
        "https://[bad/x",
    ):
        with pytest.raises(ProviderRefused, match="links to another host"):
            provider._require_same_origin(address)
