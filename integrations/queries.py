"""What is read about integrations."""

from uuid import UUID

from django.db.models import QuerySet

from accounts.models import Project
from findings.models import OPEN_STATUSES, Finding
from integrations.errors import NeverConnected, UnknownProvider
from integrations.models import Conflict, Integration, SyncRun
from integrations.providers import PROVIDERS
from krafter_audit.api.errors import NotFound

RUNS_SHOWN = 25
MOST_FINDINGS, MOST_URLS = 2_000, 5_000
PAGE_ASSETS = ("url", "page", "uri")


def one_for_each_provider(project: Project) -> list[tuple[str, Integration | None]]:
    """Return every provider, in the contract's order, with its row where there is one."""
    rows = Integration.objects.filter(project=project).defer("credentials").select_related("project")
    by_provider = {row.provider: row for row in rows}
    return [(provider, by_provider.get(provider)) for provider in PROVIDERS]


def row_of(project: Project, provider: str) -> Integration:
    """Return the row of a provider. Raises UnknownProvider or NeverConnected."""
    if provider not in PROVIDERS:
        raise UnknownProvider
    row = Integration.objects.filter(project=project, provider=provider).defer("credentials").first()
    if row is None:
        raise NeverConnected
    return row


def last_runs(project: Project, provider: str) -> QuerySet[SyncRun]:
    """Return the newest runs of a provider; none where it was never connected."""
    runs = SyncRun.objects.filter(integration__project=project, integration__provider=provider)
    return runs.order_by("-started_at", "-id")[:RUNS_SHOWN]


def known_urls(project: Project) -> list[str]:
    """Return the pages that the worst open findings are about, and the site itself first."""
    rows = Finding.objects.filter(project=project, status__in=OPEN_STATUSES).order_by(
        "-score", "-created_at", "-id"
    )
    assets = rows.values_list("affected_assets", flat=True)[:MOST_FINDINGS]
    named = (asset.get("value") for listed in assets for asset in listed if asset.get("type") in PAGE_ASSETS)
    pages = (value for value in named if isinstance(value, str) and value.startswith(("https://", "http://")))
    return list(dict.fromkeys([project.site_url, *pages]))[:MOST_URLS]


def conflicts(project: Project, provider: str, *, resolved: bool) -> QuerySet[Conflict]:
    """Return the conflicts of a provider that a person has yet to decide, or those that are over."""
    rows = Conflict.objects.filter(integration__project=project, integration__provider=provider)
    return rows.filter(resolved_at__isnull=not resolved).select_related("link")


def conflict_of(project: Project, provider: str, pk: UUID, *, lock: bool = False) -> Conflict:
    """Return one conflict with its link, locked where that is asked for; NotFound when it is not the project's."""
    rows = Conflict.objects.filter(integration__project=project, integration__provider=provider, pk=pk)
    rows = rows.select_related("link", "integration__project")
    found = (rows.select_for_update(of=("self", "link")) if lock else rows).first()
    if found is None:
        raise NotFound
    return found
