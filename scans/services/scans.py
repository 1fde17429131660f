"""Asking for a look at a whole site."""

from django.db import transaction

from accounts import quota
from accounts.actors import Actor
from accounts.models import Project
from events.log import log_event
from krafter_audit.api.errors import InvalidParams
from krafter_audit.http.client import HttpError, InvalidUrl, RefusedAddress, validate_url
from krafter_audit.jobs import enqueue_on_commit
from scans.models import Scan, Scanner, ScanPart


def run(project: Project, *, url: str | None, trigger: str, by: Actor) -> Scan:
    """Queue a scan of an address (the project's site when there is none), which is looked up and may be refused."""
    return queue(project, address=address_of(url or project.site_url), trigger=trigger, by=by)


def address_of(url: str) -> str:
    """Return the normalised address; refuse one that may not be looked at, by its spelling or by what it stands for.

    A name that cannot be looked up now is taken: the scan will say so if it is still so then.
    """
    try:
        return validate_url(url, resolve=True)
    except (InvalidUrl, RefusedAddress) as error:
        raise InvalidParams(details={"url": [str(error)]}) from None
    except HttpError:
        return url


@transaction.atomic
def queue(project: Project, *, address: str, trigger: str, by: Actor) -> Scan:
    """Queue a scan of an address that `address_of` gave; it costs one unit of quota."""
    scan = Scan.objects.create(project=project, url=address, trigger=trigger, requested_by_id=by.user_id)
    ScanPart.objects.create(scan=scan, scanner=Scanner.HTTP)
    log_event("scan.queued", scan, by=by, url=address, trigger=trigger)
    quota.spend(project.organization_id)
    enqueue_on_commit("scans.run_scan", str(scan.pk))
    return scan
