from dataclasses import asdict, replace
from datetime import datetime, timedelta

from django.utils import timezone

from assurance import deploy_policy
from assurance.models import SHA
from assurance.services import deploys
from integrations.models import Integration
from integrations.providers.base import origin
from integrations.providers.repositories import Repository
from integrations.providers.types import ReportedDeploy
from integrations.sync.context import BY_INTEGRATION, SyncContext, note_if_refused
from krafter_audit.http.urls import MAX_STORED_LENGTH
from remediation.services.policies import config_of

FIRST_PERIOD = timedelta(days=7)  # which the first sync reads
# The clock of a self-hosted provider may be hours late: the releases of the last day are read again.
READ_OVERLAP = timedelta(days=1)
MAX_ENVIRONMENT_LENGTH, MAX_ID_LENGTH = 100, 400
DEPLOYS_CURSOR, RELEASES_CURSOR = "deploys_since", "releases_since"
REPOSITORY_KEY = "repository"  # in the cursor: its number, and the version of the credentials that name it


def remember_repository(integration: Integration, repository: Repository) -> None:
    """Note the number of the connected repository, by which webhooks are recognised after it was renamed."""
    integration.cursor[REPOSITORY_KEY] = [repository.repository_id, integration.credentials_version]


def known_repository_id(integration: Integration) -> str:
    """Return the number of the connected repository; empty before its first sync."""
    number, version = integration.cursor.get(REPOSITORY_KEY, ("", None))
    return str(number) if version == integration.credentials_version else ""


def import_deploys(context: SyncContext, repository: Repository) -> None:
    """Record deploys and releases since the last sync that no webhook reported; a refused list is noted."""
    for name, import_list in (("deployments", _import_deploys), ("releases", _import_releases)):
        context.checkpoint()
        with note_if_refused(context, name):
            import_list(context, repository)


def _import_deploys(context: SyncContext, repository: Repository) -> None:
    # The cursor is the provider's own time of a change.
    for batch in repository.changed_deploys(_since(context, DEPLOYS_CURSOR)):
        for deploy in batch.deploys:
            context.sync_run.pulled += record_deploy(context.integration, deploy)
        context.integration.cursor[DEPLOYS_CURSOR] = batch.until.isoformat()
        context.checkpoint()


def _import_releases(context: SyncContext, repository: Repository) -> None:
    environment = deploy_policy.release_environment(config_of(context.integration.project))
    if environment is None:
        return
    started_at = timezone.now()
    for release in reversed(repository.releases(_since(context, RELEASES_CURSOR) - READ_OVERLAP)):
        context.sync_run.pulled += record_deploy(
            context.integration, replace(release, environment=environment)
        )
    context.integration.cursor[RELEASES_CURSOR] = started_at.isoformat()


def _since(context: SyncContext, cursor: str) -> datetime:
    stored = context.integration.cursor.get(cursor)
    return datetime.fromisoformat(stored) if stored else timezone.now() - FIRST_PERIOD


def record_deploy(integration: Integration, deploy: ReportedDeploy) -> bool:
    """Record a provider's deploy, from a webhook or a sync; return whether it is new.

    An undocumented form is dropped.
    """
    is_valid = SHA.match(deploy.sha) and 0 < len(deploy.environment) <= MAX_ENVIRONMENT_LENGTH
    if not is_valid or len(deploy.external_id) > MAX_ID_LENGTH:
        return False
    at = origin(deploy.url)
    is_url = at is not None and at[0] in ("http", "https") and len(deploy.url) <= MAX_STORED_LENGTH
    fields = {**asdict(deploy), "url": deploy.url if is_url else ""}
    return deploys.record(integration.project, by=BY_INTEGRATION, source=integration.provider, **fields)[1]
