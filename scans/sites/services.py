"""Register the sites of a project and request their verification."""

from uuid import UUID

from django.db import transaction

from accounts.actors import Actor
from accounts.models import Project
from events.log import log_event
from krafter_audit.api.errors import InvalidParams, NotFound
from krafter_audit.http.client import HttpError, ParsedUrl, validate_url
from krafter_audit.jobs.queues import enqueue_on_commit
from scans.models import Site


def parse_host(text: str) -> str:
    """Return the normalised host of a URL or of a bare host name. Raises InvalidParams."""
    try:
        return ParsedUrl.parse(validate_url(text if "://" in text else f"https://{text}")).host
    except HttpError as error:
        raise InvalidParams(details={"host": [str(error)]}) from None


@transaction.atomic
def add(project: Project, *, host: str, by: Actor) -> tuple[Site, bool]:
    """Register a host and create its token; return the site and whether it is new."""
    new = Site(project=project, host=parse_host(host))
    # A known host keeps its token, also when two requests register it at the same time.
    Site.objects.bulk_create([new], ignore_conflicts=True)
    site = Site.objects.get(project=project, host=new.host)
    site.project = project
    created = site.pk == new.pk
    if created:
        log_event("site.added", site, by=by, host=site.host)
    return site, created


@transaction.atomic
def request_verification(site_id: UUID, *, by: Actor, project: Project | None = None) -> Site:
    """Request a check of the site's ownership; no change while one is pending."""
    site = Site.objects.select_for_update(of=("self",)).select_related("project").filter(pk=site_id).first()
    if site is None or (project is not None and site.project_id != project.pk):
        raise NotFound
    if not site.check_requested:
        site.check_requested = True
        site.save(update_fields=["check_requested", "updated_at"])
        log_event("site.verification_requested", site, by=by, host=site.host)
        enqueue_on_commit("scans.verify_site", str(site.pk))
    return site
