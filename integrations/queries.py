from uuid import UUID

from django.db.models import QuerySet

from accounts.models import Project
from findings.models import OPEN_STATUSES, PAGE_ASSET_TYPES, Finding
from integrations.errors import NeverConnected, UnknownProvider
from integrations.models import Integration, SyncConflict, SyncRun
from integrations.providers.registry import PROVIDERS
from krafter_audit.api.lookup import get_or_404

MAX_RUNS_LISTED = 25  # the newest ones
# Only Search Console reads the URLs: 5,000 pages at most.
MAX_FINDINGS, MAX_URLS = 2_000, 5_000


def integrations_by_provider(project: Project) -> list[tuple[str, Integration | None]]:
    """Return all providers in the order of the API, with their integrations."""
    rows = Integration.objects.filter(project=project).defer("credentials").select_related("project")
    by_provider = {row.provider: row for row in rows}
    return [(provider, by_provider.get(provider)) for provider in PROVIDERS]


def require_known_provider(provider: str) -> None:
    if provider not in PROVIDERS:
        raise UnknownProvider


def get_integration(project: Project, provider: str) -> Integration:
    """Return the integration. Raises UnknownProvider or NeverConnected."""
    require_known_provider(provider)
    # Responses never contain credentials.
    integration = Integration.objects.filter(project=project, provider=provider).defer("credentials").first()
    if integration is None:
        raise NeverConnected
    return integration


def connected_integration(project_id: UUID, provider: str) -> Integration | None:
    """Return the integration with its credentials; None if it is not connected."""
    return Integration.objects.filter(
        project=project_id, provider=provider, credentials__isnull=False
    ).first()


def latest_runs(project: Project, provider: str) -> QuerySet[SyncRun]:
    runs = SyncRun.objects.filter(integration__project=project, integration__provider=provider)
    return runs.order_by("-started_at", "-id")[:MAX_RUNS_LISTED]


def known_urls(project: Project) -> list[str]:
    """Return the project's site and the pages with open findings, the worst first."""
    findings = Finding.objects.filter(project=project, status__in=OPEN_STATUSES).order_by(
        "-score", "-created_at", "-id"
    )
    assets = findings.values_list("affected_assets", flat=True)[:MAX_FINDINGS]
    values = (
        asset.get("value") for listed in assets for asset in listed if asset.get("type") in PAGE_ASSET_TYPES
    )
    pages = (
        value for value in values if isinstance(value, str) and value.startswith(("https://", "http://"))
    )
    return list(dict.fromkeys([project.site_url, *pages]))[:MAX_URLS]


def conflicts(project: Project, provider: str) -> QuerySet[SyncConflict]:
    rows = SyncConflict.objects.filter(integration__project=project, integration__provider=provider)
    return rows.select_related("link")


def get_conflict(project: Project, provider: str, pk: UUID, *, lock: bool = False) -> SyncConflict:
    """Return a conflict with its link, locked if requested. Raises UnknownProvider or NotFound."""
    require_known_provider(provider)
    rows = conflicts(project, provider).select_related("integration__project")
    return get_or_404(rows.select_for_update(of=("self", "link")) if lock else rows, pk=pk)
