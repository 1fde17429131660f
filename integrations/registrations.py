from assurance import repositories
from events.outbox import register_consumer
from findings.provider_checks import register
from integrations import configuration, repository_access  # noqa: F401  registers its system check
from integrations.provider_recheck import recheck
from integrations.providers.registry import FINDING_SOURCES
from integrations.sync import campaign_events, task_events, verification_events

register(dict.fromkeys(FINDING_SOURCES, recheck))
repositories.register(
    repositories.RepositoryReader(repository_access.merge_state, repository_access.contains)
)
register_consumer(verification_events.CONSUMER, verification_events.EVENTS)
register_consumer(campaign_events.CONSUMER, campaign_events.EVENTS)
register_consumer(task_events.CONSUMER, task_events.EVENTS, concerns=task_events.concerns_tickets)
