from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.apps import AppConfig

if TYPE_CHECKING:
    from findings.provider_checks import Ask


class IntegrationsConfig(AppConfig):
    name = "integrations"

    def ready(self) -> None:
        """Have the settings of the providers checked at the start, and findings of theirs verified by asking them."""
        from events.outbox import register_consumer
        from findings.provider_checks import register
        from integrations import checks, gathering, outcomes  # noqa: F401

        register(askers)
        register_consumer(outcomes.CONSUMER, outcomes.EVENTS)
        register_consumer(gathering.CONSUMER, gathering.KINDS)


def askers() -> "Mapping[str, Ask]":
    """Return who answers for the providers, by the keys that they answer."""
    from integrations.asking import PROVIDER_OF, ask

    return dict.fromkeys(PROVIDER_OF, ask)
