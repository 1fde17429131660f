"""The list of providers, its order, and the definitions that each provider needs."""

import ast
import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path

import pytest

import integrations.providers
from integrations.providers.base import Provider
from integrations.providers.findings import FindingSource
from integrations.providers.registry import FINDING_SOURCES, PROVIDER_CLASSES, PROVIDERS, provider_choices
from integrations.providers.tickets import Tracker
from integrations.providers.traffic import TrafficSource

EVERY_PROVIDER = pytest.mark.parametrize(
    "provider_class", PROVIDER_CLASSES.values(), ids=PROVIDER_CLASSES.keys()
)
ALLOWED_IMPORTS = (
    "integrations.providers",
    "krafter_audit.http.client",
    "krafter_audit.http.timestamps",
)
OUR_PACKAGES = {"integrations", "krafter_audit", "accounts", "events", "findings", "scanner", "remediation"}
FORBIDDEN_IMPORTS = ("django", "rest_framework", "celery", "httpx2", "requests", "urllib.request")


def modules() -> Iterator[str]:
    """Yield the names of all modules of the providers."""
    for module in pkgutil.walk_packages(integrations.providers.__path__, "integrations.providers."):
        yield module.name


def test_providers_are_listed_in_the_order_of_the_api() -> None:
    assert PROVIDERS == ("ga4", "gsc", "sentry", "github", "gitlab", "jira", "linear", "cloudflare")
    assert provider_choices() == [(name, PROVIDER_CLASSES[name].title) for name in PROVIDERS]


@EVERY_PROVIDER
def test_provider_names_its_vendor_and_https_urls(provider_class: type[Provider]) -> None:
    assert PROVIDER_CLASSES[provider_class.name] is provider_class
    assert provider_class.title
    assert provider_class.api_url.startswith("https://")
    assert provider_class.oauth is None or provider_class.oauth.token_url.startswith("https://")


@EVERY_PROVIDER
def test_no_secret_is_a_public_credential(provider_class: type[Provider]) -> None:
    secrets = {field.name for field in provider_class.credential_fields if field.is_secret}

    assert (secrets | {"token", "refresh_token"}) & set(provider_class.public_credentials) == set()


@EVERY_PROVIDER
def test_provider_implements_tickets_findings_or_traffic(provider_class: type[Provider]) -> None:
    assert issubclass(provider_class, Tracker | FindingSource | TrafficSource)
    assert provider_class.__abstractmethods__ == frozenset()


def test_every_check_belongs_to_one_provider() -> None:
    checks = [
        check
        for provider_class in PROVIDER_CLASSES.values()
        if issubclass(provider_class, FindingSource)
        for check in provider_class.checks
    ]

    assert len(checks) == len(set(checks)) == len(FINDING_SOURCES)


@pytest.mark.parametrize("name", sorted(modules()))
def test_provider_imports_neither_models_nor_settings_nor_an_http_library(name: str) -> None:
    path = Path(str(importlib.import_module(name).__file__))
    imported = [
        module
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for module in (
            [node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]
        )
    ]

    ours = [module for module in imported if module.split(".")[0] in OUR_PACKAGES]

    assert [module for module in imported if module.startswith(FORBIDDEN_IMPORTS)] == []
    assert [module for module in ours if not module.startswith(ALLOWED_IMPORTS)] == []
