"""Record deploys, and check guarded findings and the site again after them."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from accounts.actors import SYSTEM, Actor
from accounts.models import Project
from assurance import deploy_policy
from assurance.models import Deploy, GuardRun, GuardWindow
from events.log import log_event
from findings.models import OPEN_STATUSES, Finding
from krafter_audit.api.errors import QuotaExceeded
from krafter_audit.http.client import HttpError, validate_url
from remediation.services.policies import config_of
from scans.models import Scan
from scans.services import scans

MAX_GUARDED = 1000  # windows that one deploy checks again
MAX_FINDINGS, MAX_FIRST_PAGES = 500, 100  # whose pages are scanned first after a deploy


@transaction.atomic
def record(project: Project, *, sha: str, environment: str, by: Actor, **fields: Any) -> tuple[Deploy, bool]:
    """Record a deploy, or continue the one of the same commit, environment and start; return whether it is new.

    Without `started_at` it is the newest deploy of that commit and environment, or one that starts now.
    """
    started_at = fields.pop("started_at", None)
    known = Deploy.objects.select_for_update().filter(project=project, sha=sha, environment=environment)
    if started_at is not None:
        known = known.filter(started_at=started_at)
    deploy = known.order_by("-started_at").first()
    if deploy is not None:
        return _continue(deploy, project, fields, by), False
    started_at = started_at or _earliest(fields.get("finished_at"))
    deploy, created = Deploy.objects.get_or_create(
        project=project, sha=sha, environment=environment, started_at=started_at, defaults=fields
    )
    if created:
        log_event("deploy.recorded", deploy, by=by, sha=sha, environment=environment)
        _log_end(deploy, by)
    return deploy, created


def _earliest(finished_at: datetime | None) -> datetime:
    now = timezone.now()
    return min(finished_at, now) if finished_at else now


def _continue(deploy: Deploy, project: Project, fields: dict[str, Any], by: Actor) -> Deploy:
    deploy.project = project
    was_finished = deploy.finished_at is not None
    changes = {
        name: value
        for name, value in fields.items()
        if value not in (None, "") and value != getattr(deploy, name) and name != "source"
    }
    if not changes:
        return deploy
    for name, value in changes.items():
        setattr(deploy, name, value)
    deploy.save(update_fields=[*changes, "updated_at"])
    if not was_finished:
        _log_end(deploy, by)
    return deploy


def _log_end(deploy: Deploy, by: Actor) -> None:
    if deploy.finished_at is not None:
        log_event("deploy.finished", deploy, by=by, sha=deploy.sha, environment=deploy.environment)


@transaction.atomic
def check_guarded_findings(deploy: Deploy) -> int:
    """Add a run to each open guard window of the project; return how many. Repeating it adds none."""
    open_windows = GuardWindow.objects.filter(project=deploy.project_id, status=GuardWindow.Status.OPEN)
    windows = list(open_windows.filter(ends_at__gt=timezone.now()).order_by("ends_at")[:MAX_GUARDED])
    known = set(GuardRun.objects.filter(deploy=deploy).values_list("window_id", flat=True))
    missing = [window for window in windows if window.pk not in known]
    GuardRun.objects.bulk_create(
        [
            GuardRun(window=window, reason=GuardRun.Reason.DEPLOY, deploy=deploy, due_at=timezone.now())
            for window in missing
        ],
        ignore_conflicts=True,
    )
    GuardWindow.objects.filter(pk__in=[window.pk for window in missing]).update(
        runs_total=F("runs_total") + 1, updated_at=timezone.now()
    )
    return len(missing)


@transaction.atomic
def scan_after(deploy: Deploy) -> Scan | None:
    """Queue the scan after a live deploy, if the policy wants one; None without. Repeating it queues none."""
    locked = Deploy.objects.select_for_update(of=("self",)).select_related("project").get(pk=deploy.pk)
    project, config = locked.project, config_of(locked.project)
    is_wanted = deploy_policy.scans_after_deploys(config) and project.archived_at is None
    if not is_wanted or locked.scan_id or not deploy_policy.is_live(locked, config, project.site_url):
        return None
    try:
        with transaction.atomic():
            # Without resolving the host, as a transaction is open: the scan says if that fails.
            locked.scan = scans.queue(
                project,
                url=validate_url(project.site_url),
                trigger=Scan.Trigger.POST_DEPLOY,
                by=SYSTEM,
                first_pages=pages_that_matter(project),
            )
    except (HttpError, QuotaExceeded) as error:
        log_event("scan.skipped", locked, by=SYSTEM, reason=str(error))
        return None
    locked.save(update_fields=["scan", "updated_at"])
    return locked.scan


def pages_that_matter(project: Project) -> list[str]:
    """Return the URLs of open and guarded findings, the highest score first, at most 100."""
    guarded = GuardWindow.objects.filter(project=project, status=GuardWindow.Status.OPEN)
    matters = Q(status__in=OPEN_STATUSES) | Q(pk__in=guarded.values("finding"))
    rows = Finding.objects.filter(matters, project=project).order_by("-score", "-id")
    listed = rows.values_list("affected_assets", flat=True)[:MAX_FINDINGS]
    urls = dict.fromkeys(asset["value"] for assets in listed for asset in assets if asset["type"] == "url")
    return list(urls)[:MAX_FIRST_PAGES]
