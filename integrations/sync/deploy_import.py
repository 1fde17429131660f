from dataclasses import replace
from datetime import datetime, timedelta

from django.utils import timezone

from assurance import deploy_policy
from integrations import deploys
from integrations.providers.errors import ProviderRefused, TokenRejected
from integrations.providers.repositories import Repository
from integrations.sync.run import SyncContext
from remediation.services.policies import config_of

FIRST_PERIOD = timedelta(days=7)  # which the first sync reads
# Providers' clocks lag behind: the releases of the last minutes are read again.
OVERLAP = timedelta(minutes=5)
DEPLOYS_CURSOR, RELEASES_CURSOR = "deploys_since", "releases_since"


def import_deploys(context: SyncContext, repository: Repository) -> None:
    """Record deploys and releases since the last sync that no webhook reported; a refused list is noted."""
    for name, import_list in (("deployments", _import_deploys), ("releases", _import_releases)):
        context.checkpoint()
        try:
            import_list(context, repository)
        except TokenRejected:
            raise
        except ProviderRefused as error:
            context.log_note(f"The {name} are not available: {error}")
        context.log_provider_notes()


def _import_deploys(context: SyncContext, repository: Repository) -> None:
    # The cursor is the provider's own time of a change.
    for batch in repository.changed_deploys(_since(context, DEPLOYS_CURSOR)):
        for deploy in batch.deploys:
            context.log.pulled += deploys.record(context.integration, deploy)
        context.integration.cursor[DEPLOYS_CURSOR] = batch.until.isoformat()
        context.checkpoint()


def _import_releases(context: SyncContext, repository: Repository) -> None:
    environment = deploy_policy.release_environment(config_of(context.integration.project))
    if environment is None:
        return
    started_at = timezone.now()
    for release in reversed(repository.releases(_since(context, RELEASES_CURSOR) - OVERLAP)):
        context.log.pulled += deploys.record(context.integration, replace(release, environment=environment))
    context.integration.cursor[RELEASES_CURSOR] = started_at.isoformat()


def _since(context: SyncContext, cursor: str) -> datetime:
    stored = context.integration.cursor.get(cursor)
    return datetime.fromisoformat(stored) if stored else timezone.now() - FIRST_PERIOD
