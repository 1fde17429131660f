"""A project says which hosts are its own, and asks for a look at the proof."""

from uuid import UUID

from django.db import transaction

from accounts.actors import Actor
from accounts.models import Project
from events.log import log_event
from krafter_audit.api.errors import InvalidParams, NotFound
from krafter_audit.http.client import InvalidUrl, RefusedAddress
from krafter_audit.http.urls import ParsedUrl
from krafter_audit.jobs import enqueue_on_commit
from scans.models import Site


def host_named(text: str) -> str:
    """Return the host of an address or of a bare name, normalised. Raises InvalidParams."""
    try:
        return ParsedUrl.parse(text if "://" in text else f"https://{text}").host
    except (InvalidUrl, RefusedAddress) as error:
        raise InvalidParams(details={"host": [str(error)]}) from None


@transaction.atomic
def add(project: Project, *, host: str, by: Actor) -> tuple[Site, bool]:
    """Give a host its token; a host that the project has named before keeps the one it has."""
    site = Site(project=project, host=host_named(host))
    Site.objects.bulk_create([site], ignore_conflicts=True)
    kept = Site.objects.get(project=project, host=site.host)
    kept.project = project
    if kept.pk == site.pk:
        log_event("site.added", kept, by=by, host=kept.host)
    return kept, kept.pk == site.pk


@transaction.atomic
def verify(site_id: UUID, *, by: Actor, project: Project | None = None) -> Site:
    """Ask for a look at the proof; while one is waited for, asking again changes nothing."""
    site = Site.objects.select_for_update(of=("self",)).select_related("project").filter(pk=site_id).first()
    if site is None or (project is not None and site.project_id != project.pk):
        raise NotFound
    if not site.check_requested:
        site.check_requested = True
        site.save(update_fields=["check_requested", "updated_at"])
        log_event("site.proof_asked_for", site, by=by, host=site.host)
        enqueue_on_commit("scans.verify_site", str(site.pk))
    return site
