"""Asking for a look at a whole site."""

from django.db import transaction

from accounts import quota
from accounts.actors import Actor
from accounts.models import Project
from events.record import record
from findings.models import Scan
from krafter_audit.lib.errors import InvalidParams
from krafter_audit.lib.http import HttpError, validate_url
from krafter_audit.lib.jobs import nudge


def run(project: Project, *, url: str | None, trigger: str, by: Actor) -> Scan:
    """Queue a scan; it costs one unit of quota. Addresses that may not be looked at are refused here already."""
    address = address_of(url or project.site_url)
    return _queue(project, address, trigger, by)


def address_of(url: str) -> str:
    """Return the normalised address, or refuse it with the reason."""
    try:
        return validate_url(url, resolve=True)
    except HttpError as error:
        raise InvalidParams(details={"url": [str(error)]}) from None


@transaction.atomic
def _queue(project: Project, url: str, trigger: str, by: Actor) -> Scan:
    from findings import jobs

    scan = Scan.objects.create(project=project, url=url, trigger=trigger, requested_by_id=by.user_id)
    record("scan.queued", scan, by=by, url=url, trigger=trigger)
    quota.spend(project.organization_id)
    nudge(jobs.scan, str(scan.pk))
    return scan
