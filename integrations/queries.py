"""What is read about integrations."""

from django.db.models import QuerySet

from accounts.models import Project
from integrations.models import Integration, SyncRun
from integrations.providers import PROVIDERS

RUNS_SHOWN = 25


def one_for_each_provider(project: Project) -> list[tuple[str, Integration | None]]:
    """Return every provider, in the contract's order, with its row where there is one."""
    rows = Integration.objects.filter(project=project).defer("credentials").select_related("project")
    by_provider = {row.provider: row for row in rows}
    return [(provider, by_provider.get(provider)) for provider in PROVIDERS]


def last_runs(project: Project, provider: str) -> QuerySet[SyncRun]:
    """Return the newest runs of a provider; none where it was never connected."""
    runs = SyncRun.objects.filter(integration__project=project, integration__provider=provider)
    return runs.order_by("-started_at", "-id")[:RUNS_SHOWN]
