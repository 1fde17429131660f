from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.apps import AppConfig

if TYPE_CHECKING:
    from findings.provider_checks import ProviderCheck


class IntegrationsConfig(AppConfig):
    name = "integrations"

    def ready(self) -> None:
        """Register the system checks, and the provider checks of findings."""
        from findings.provider_checks import register
        from integrations import system_checks  # noqa: F401

        register(provider_checks)


def provider_checks() -> "Mapping[str, ProviderCheck]":
    """Return the function that answers each check of a provider."""
    from integrations.provider_recheck import recheck
    from integrations.providers.registry import FINDING_SOURCES

    return dict.fromkeys(FINDING_SOURCES, recheck)
