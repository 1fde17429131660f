"""Servers of one's own: where a `base_url` leads, what is no address, and that a token goes nowhere else."""

from typing import Any

import pytest

from integrations.providers import ADAPTERS
from integrations.providers.base import Refused
from krafter_audit.http.client import Client

CREDENTIALS: dict[str, dict[str, str]] = {
    "github": {"token": "t0ken-secret", "repository": "acme/web-app"},
    "gitlab": {"token": "t0ken-secret", "project": "acme/web-app"},
    "sentry": {"token": "t0ken-secret", "organization": "acme", "project": "shop"},
}


def base_of(name: str, named: Any, operators: str = "") -> str:
    given = {**CREDENTIALS[name], **({"base_url": named} if named is not None else {})}
    return ADAPTERS[name](Client(), given, operators).base_url


@pytest.mark.parametrize(
    ("name", "named", "expected"),
    [
        ("github", None, "https://api.github.com"),
        ("github", "https://github.com/", "https://api.github.com"),
        ("github", "https://api.github.com", "https://api.github.com"),
        ("github", "https://git.acme.example", "https://git.acme.example/api/v3"),
        ("github", "https://git.acme.example:8443/api/v3/", "https://git.acme.example:8443/api/v3"),
        ("github", "https://acme.ghe.com", "https://api.acme.ghe.com"),
        ("github", "https://api.acme.ghe.com", "https://api.acme.ghe.com"),
        ("gitlab", None, "https://gitlab.com/api/v4"),
        ("gitlab", "https://git.acme.example/", "https://git.acme.example/api/v4"),
        ("gitlab", "https://acme.example/gitlab/api/v4", "https://acme.example/gitlab/api/v4"),
        ("sentry", None, "https://sentry.io"),
        ("sentry", "https://de.sentry.io", "https://de.sentry.io"),
        ("sentry", "https://sentry.acme.example/api/0/", "https://sentry.acme.example"),
    ],
)
def test_the_address_of_a_server_is_enough(name: str, named: str | None, expected: str) -> None:
    assert base_of(name, named) == expected


@pytest.mark.parametrize("name", CREDENTIALS)
def test_what_the_credentials_name_comes_before_the_operators_address(name: str) -> None:
    operators = "https://operators.example/api"

    assert base_of(name, None, operators).startswith("https://operators.example")
    assert base_of(name, "https://acme.example", operators).startswith("https://acme.example")


@pytest.mark.parametrize("name", CREDENTIALS)
@pytest.mark.parametrize(
    "named",
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
def test_what_is_no_plain_address_is_refused(name: str, named: Any) -> None:
    with pytest.raises(Refused, match="must be an address such as"):
        base_of(name, named)


@pytest.mark.parametrize("name", CREDENTIALS)
@pytest.mark.parametrize(
    "private", ["http://127.0.0.1:9", "http://169.254.169.254", "http://[::1]:9", "http://10.0.0.1"]
)
def test_a_server_in_a_network_that_is_not_listed_is_not_reached(name: str, private: str) -> None:
    adapter = ADAPTERS[name](Client(), {**CREDENTIALS[name], "base_url": private}, sleep=lambda seconds: None)

    with pytest.raises(Refused, match="not one that this installation may reach"):
        adapter.check()


def test_the_same_host_in_another_spelling_is_the_same_place() -> None:
    adapter = ADAPTERS["github"](Client(), CREDENTIALS["github"], "https://git.acme.example/api/v3")

    for address in ("https://GIT.acme.example/api/v3/x?page=2", "https://git.acme.example:443/api/v3/x"):
        adapter._stay_at_home(address)
    for address in (
        "http://git.acme.example/api/v3/x",
        "https://git.acme.example:8443/x",
        "https://git.acme.example.evil.example/x",
        "https://git.acme.example@evil.example/x",
        "https://[bad/x",
    ):
        with pytest.raises(Refused, match="pointed to another host"):
            adapter._stay_at_home(address)
