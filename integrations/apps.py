from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.apps import AppConfig

if TYPE_CHECKING:
    from findings.provider_checks import ProviderCheck


class IntegrationsConfig(AppConfig):
    name = "integrations"

    def ready(self) -> None:
        """Have the settings of the providers checked at the start, and findings of theirs verified by asking them."""
        from findings.provider_checks import register
        from integrations import checks  # noqa: F401

        register(askers)


def askers() -> "Mapping[str, ProviderCheck]":
    """Return who answers for the providers, by the keys that they answer."""
    from integrations.asking import PROVIDER_OF, ask

    return dict.fromkeys(PROVIDER_OF, ask)
