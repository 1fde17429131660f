from dataclasses import asdict

from assurance.models import SHA
from assurance.services import deploys
from integrations.models import Integration
from integrations.providers.base import origin
from integrations.providers.types import ReportedDeploy
from integrations.sync.run import BY_INTEGRATION

MAX_ENVIRONMENT_LENGTH, MAX_URL_LENGTH, MAX_ID_LENGTH = 100, 2000, 400


def record(integration: Integration, deploy: ReportedDeploy) -> bool:
    """Record a provider's deploy, from a webhook or a sync; return whether it is new.

    An undocumented form is dropped.
    """
    is_valid = SHA.match(deploy.sha) and 0 < len(deploy.environment) <= MAX_ENVIRONMENT_LENGTH
    if not is_valid or len(deploy.external_id) > MAX_ID_LENGTH:
        return False
    at = origin(deploy.url)
    is_url = at is not None and at[0] in ("http", "https") and len(deploy.url) <= MAX_URL_LENGTH
    fields = {**asdict(deploy), "url": deploy.url if is_url else ""}
    return deploys.record(integration.project, by=BY_INTEGRATION, source=integration.provider, **fields)[1]
