from assurance import repositories
from events.outbox import register_consumer
from findings.provider_checks import register
from integrations import provider_settings, repository_access  # noqa: F401  registers its system check
from integrations.provider_recheck import recheck
from integrations.providers.registry import FINDING_SOURCES
from integrations.sync import event_consumers

register(dict.fromkeys(FINDING_SOURCES, recheck))
repositories.reader = repository_access
register_consumer(event_consumers.VERIFICATION_CONSUMER, event_consumers.VERIFICATION_EVENTS)
register_consumer(event_consumers.CAMPAIGN_CONSUMER, event_consumers.CAMPAIGN_EVENTS)
register_consumer(
    event_consumers.TASK_CONSUMER, event_consumers.TASK_EVENTS, event_filter=event_consumers.concerns_tickets
)
