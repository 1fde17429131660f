from collections.abc import Sequence

from django.db import transaction

from accounts import quota
from accounts.actors import Actor
from accounts.models import Project
from events.log import log_event
from krafter_audit.api.errors import InvalidParams
from krafter_audit.http.client import HttpError, InvalidUrl, ParsedUrl, RefusedAddress, validate_url
from krafter_audit.jobs.queues import enqueue_on_commit
from scans.models import Scan, Scanner, ScanPart


def run(project: Project, *, url: str | None = None, by: Actor) -> Scan:
    """Validate a URL, by default the project's site, and queue a manual scan of it."""
    url = validated_url(url or project.site_url)
    return queue(project, url=url, trigger=Scan.Trigger.MANUAL, by=by)


def validated_url(url: str) -> str:
    """Return the normalised URL. Raises InvalidParams if it, or its address, is not allowed."""
    try:
        return validate_url(url, resolve=True)
    except (InvalidUrl, RefusedAddress) as error:
        raise InvalidParams(details={"url": [str(error)]}) from None
    except HttpError:
        # The host cannot be resolved at present: the scan reports it if that is still so.
        return ParsedUrl.parse(url).url


@transaction.atomic
def queue(project: Project, *, url: str, trigger: str, by: Actor, first_pages: Sequence[str] = ()) -> Scan:
    """Queue a scan of a URL that `validated_url` returned; costs one unit of quota.

    Of the site's pages, `first_pages` are scanned first.
    """
    scan = Scan.objects.create(
        project=project, url=url, trigger=trigger, requested_by_id=by.user_id, first_pages=list(first_pages)
    )
    ScanPart.objects.create(scan=scan, scanner=Scanner.HTTP)
    log_event("scan.queued", scan, by=by, url=url, trigger=trigger)
    quota.spend(project.organization_id)
    # The message may get lost: `requeue_pending` enqueues the scan again.
    enqueue_on_commit("scans.run_scan", str(scan.pk))
    return scan
