from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.apps import AppConfig

if TYPE_CHECKING:
    from findings.provider_checks import ProviderCheck


class IntegrationsConfig(AppConfig):
    name = "integrations"

    def ready(self) -> None:
        # Models can be imported only when all apps are loaded.
        from assurance import repositories
        from events.outbox import register_consumer
        from findings.provider_checks import register
        from integrations import configuration, repository_access  # noqa: F401  registers its system check
        from integrations.sync import campaign_events, task_events, verification_events

        register(provider_checks)
        reader = repositories.RepositoryReader(repository_access.merge_state, repository_access.contains)
        repositories.register(reader)
        register_consumer(verification_events.CONSUMER, verification_events.EVENTS)
        register_consumer(campaign_events.CONSUMER, campaign_events.EVENTS)
        register_consumer(task_events.CONSUMER, task_events.EVENTS, concerns=task_events.concerns_tickets)


def provider_checks() -> "Mapping[str, ProviderCheck]":
    """Return the function that rechecks a finding, by provider check key."""
    from integrations.provider_recheck import recheck
    from integrations.providers.registry import FINDING_SOURCES

    return dict.fromkeys(FINDING_SOURCES, recheck)
