from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Max, Q
from django.utils import timezone

from accounts.actors import SYSTEM, Actor
from accounts.models import Project
from assurance import deploy_policy
from assurance.models import CLOCK_TOLERANCE, Deploy, GuardRun, GuardWindow
from events.log import log_event
from findings.models import OPEN_STATUSES, Finding
from krafter_audit.api.errors import QuotaExceeded
from krafter_audit.db.advisory_locks import advisory_lock
from krafter_audit.http.client import HttpError, validate_url
from remediation.services.policies import config_of
from scans.models import Scan
from scans.services import scans

MAX_GUARD_WINDOWS = 1000  # that one deploy checks again
MAX_SCAN_DELAY = timedelta(days=1)  # between the end of a deploy and its report
# A pipeline and a provider have different starts of the same deploy: before or after the queue and the build.
SAME_DEPLOY_TOLERANCE = timedelta(hours=1)
MAX_DURATION = timedelta(days=1)  # of a deploy whose end is reported without its start
MIN_SHA_LENGTH = 7
MAX_FINDINGS, MAX_FIRST_PAGES = 500, 100  # whose pages are scanned first after a deploy


@transaction.atomic
def record(project: Project, *, sha: str, environment: str, by: Actor, **fields: Any) -> tuple[Deploy, bool]:
    """Record a deploy, or continue a known one; return whether it is new.

    `_find` says how a known one is recognised.
    """
    # A webhook and a sync may report the same deploy at once.
    advisory_lock(f"deploys of {project.pk}")
    times = ReportedTimes.from_report(fields.pop("started_at", None), fields.pop("finished_at", None))
    deploy = _find(project, sha, environment, times, fields.get("external_id", ""))
    if deploy is not None:
        if not (times.is_end_estimated and deploy.finished_at):
            fields["finished_at"] = times.finished_at
        fields |= _reported_identity(deploy, sha, times.started_at)
        return _update(deploy, project, fields, by), False
    deploy = Deploy.objects.create(
        project=project,
        sha=sha,
        environment=environment,
        started_at=times.started_at or min(times.finished_at or times.now, times.now),
        start_reported=times.started_at is not None,
        finished_at=times.finished_at,
        **fields,
    )
    log_event("deploy.recorded", deploy, by=by, sha=sha, environment=environment)
    _log_finished(deploy, by)
    return deploy, True


@dataclass(frozen=True)
class ReportedTimes:
    """The times in a report about a deploy, and its arrival."""

    started_at: datetime | None
    finished_at: datetime | None
    now: datetime
    is_end_estimated: bool = False  # the reported end is in the future, and was replaced

    @classmethod
    def from_report(cls, started_at: datetime | None, finished_at: datetime | None) -> "ReportedTimes":
        """Replace times in the future, which are of a clock that is ahead: the deploy has started or ended by now."""
        now = timezone.now()
        latest = now + CLOCK_TOLERANCE
        start = started_at if started_at and started_at <= latest else None
        if finished_at and finished_at > latest:
            return cls(start, max(now, start or now), now, is_end_estimated=True)
        return cls(start, finished_at, now)

    @property
    def moment(self) -> datetime:
        return self.started_at or self.finished_at or self.now

    def is_near(self, deploy: Deploy) -> bool:
        """Return whether the report may be about the deploy; without a start, also if it falls into it."""
        if self.started_at is not None:
            return abs(deploy.started_at - self.started_at) <= SAME_DEPLOY_TOLERANCE
        if deploy.finished_at is None:
            return self.now - deploy.started_at <= MAX_DURATION
        return (
            deploy.started_at - SAME_DEPLOY_TOLERANCE
            <= self.moment
            <= deploy.finished_at + SAME_DEPLOY_TOLERANCE
        )


def _find(
    project: Project, sha: str, environment: str, times: ReportedTimes, external_id: str
) -> Deploy | None:
    """Return the deploy of the same commit that a report is about, the first of these that there is.

    1. The one with the id of the provider. The same id with another commit is of another server.
    2. The one with the same time: the report is repeated.
    3. For a report of a provider, the nearest one that a pipeline has reported (`is_near`).
    4. For a report of a pipeline with a start, the nearest one of a provider, or that was reported without a start.
    5. For one without a start, the nearest one, unless it ended before another commit was deployed: then the commit is
       live again by a new deploy.
    """
    rows = Deploy.objects.select_for_update(of=("self",)).filter(project=project)
    abbreviations = [sha[:length] for length in range(MIN_SHA_LENGTH, len(sha))]
    is_commit = Q(sha__startswith=sha) | Q(sha__in=abbreviations)
    known = rows.filter(is_commit, external_id=external_id).first() if external_id else None
    if known is not None:
        return known
    same = rows.filter(is_commit, environment=environment).order_by("-started_at")
    if repeated := same.filter(started_at=times.moment).first():
        return repeated
    if external_id:
        same = same.filter(external_id="")
    elif times.started_at is not None:
        arrived = Q(start_reported=False, started_at__gte=times.started_at)
        same = same.filter(~Q(external_id="") | arrived)
    near = [deploy for deploy in same[:20] if times.is_near(deploy)]
    if times.started_at is None and not external_id:
        others = Deploy.objects.filter(project=project, environment=environment).exclude(is_commit)
        last_start = others.aggregate(last=Max("started_at"))["last"]
        near = [deploy for deploy in near if not _is_followed_by_other_commit(deploy, last_start, times)]
    return min(near, key=lambda deploy: abs(deploy.started_at - times.moment), default=None)


def _is_followed_by_other_commit(deploy: Deploy, last_start: datetime | None, times: ReportedTimes) -> bool:
    """Return whether another commit was deployed after it; `last_start` is the newest start of other commits."""
    if deploy.finished_at is None or last_start is None:
        return False
    # An end that was before the start is stored as the start.
    is_repeated = times.finished_at and max(times.finished_at, deploy.started_at) == deploy.finished_at
    return not is_repeated and last_start > deploy.finished_at


def _reported_identity(deploy: Deploy, sha: str, started_at: datetime | None) -> dict[str, Any]:
    """Return the longer commit and the reported start of a known deploy; nothing if another deploy has both."""
    changes: dict[str, Any] = {"sha": max(sha, deploy.sha, key=len)}
    if started_at is not None and not deploy.start_reported:
        changes |= {"started_at": started_at, "start_reported": True}
    # A provider may have started two of a commit in the same second.
    unique = {"sha": changes["sha"], "started_at": changes.get("started_at", deploy.started_at)}
    same = Deploy.objects.filter(project=deploy.project_id, environment=deploy.environment, **unique)
    return {} if same.exclude(pk=deploy.pk).exists() else changes


def _update(deploy: Deploy, project: Project, fields: dict[str, Any], by: Actor) -> Deploy:
    deploy.project = project  # spares `log_event` a query
    was_finished = deploy.finished_at is not None
    # A webhook and a sync may have different times of the same end.
    kept = {"source", *(("external_id", "finished_at") if deploy.external_id and was_finished else ())}
    changes = {
        name: value
        for name, value in fields.items()
        if value not in (None, "") and value != getattr(deploy, name) and name not in kept
    }
    if not changes:
        return deploy
    for name, value in changes.items():
        setattr(deploy, name, value)
    # By two clocks an end may be before the start.
    if deploy.finished_at is not None:
        deploy.finished_at = max(deploy.finished_at, deploy.started_at)
    deploy.save(update_fields=[*changes, "finished_at", "updated_at"])
    if not was_finished:
        _log_finished(deploy, by)
    return deploy


def _log_finished(deploy: Deploy, by: Actor) -> None:
    if deploy.finished_at is not None:
        log_event("deploy.finished", deploy, by=by, sha=deploy.sha, environment=deploy.environment)


@transaction.atomic
def add_guard_runs(deploy: Deploy) -> int:
    """Add a run to each window that was open when a deploy finished; return how many. Idempotent."""
    if _has_newer_deploy(deploy):
        return 0
    open_windows = GuardWindow.objects.filter(project=deploy.project_id, status=GuardWindow.Status.OPEN)
    guarded = open_windows.filter(
        ends_at__gt=timezone.now(), verification__verified_at__lt=deploy.finished_at
    )
    # Locked, so that none ends meanwhile and leaves its new run behind.
    locked = guarded.select_for_update(of=("self",)).order_by("ends_at", "pk")
    windows = list(locked[:MAX_GUARD_WINDOWS])
    known = set(GuardRun.objects.filter(deploy=deploy).values_list("window_id", flat=True))
    missing = [window for window in windows if window.pk not in known]
    GuardRun.objects.bulk_create(
        [
            GuardRun(window=window, trigger=GuardRun.Trigger.DEPLOY, deploy=deploy, due_at=timezone.now())
            for window in missing
        ],
        ignore_conflicts=True,
    )
    GuardWindow.objects.filter(pk__in=[window.pk for window in missing]).update(
        runs_total=F("runs_total") + 1, updated_at=timezone.now()
    )
    return len(missing)


def _has_newer_deploy(deploy: Deploy) -> bool:
    # A sync may report several deploys at once: only the newest one is checked.
    newer = Deploy.objects.filter(project=deploy.project_id, environment=deploy.environment)
    return newer.filter(finished_at__gt=deploy.finished_at).exists()


@transaction.atomic
def scan_after(deploy: Deploy) -> None:
    """Queue the scan that the policy requires after a live deploy. Idempotent.

    A deploy that was reported over a day late, or replaced by another, starts no scan.
    """
    locked = Deploy.objects.select_for_update(of=("self",)).select_related("project").get(pk=deploy.pk)
    project, config = locked.project, config_of(locked.project)
    is_wanted = deploy_policy.scans_after_deploys(config) and project.archived_at is None
    if not is_wanted or locked.scan_id or not deploy_policy.is_live(locked, config, project.site_url):
        return
    if _is_late(locked) or _has_newer_deploy(locked):
        return
    try:
        # Without resolving the host, as a transaction is open: the scan says if that fails.
        locked.scan = scans.queue(
            project,
            url=validate_url(project.site_url),
            trigger=Scan.Trigger.POST_DEPLOY,
            by=SYSTEM,
            first_pages=urls_to_scan_first(project),
        )
    except (HttpError, QuotaExceeded) as error:
        log_event("scan.skipped", locked, by=SYSTEM, reason=str(error))
        return
    locked.save(update_fields=["scan", "updated_at"])


def _is_late(deploy: Deploy) -> bool:
    return deploy.finished_at is None or deploy.finished_at < timezone.now() - MAX_SCAN_DELAY


def urls_to_scan_first(project: Project) -> list[str]:
    """Return the URLs of open and guarded findings, the highest scores first, at most 100."""
    guarded = GuardWindow.objects.filter(project=project, status=GuardWindow.Status.OPEN)
    matters = Q(status__in=OPEN_STATUSES) | Q(pk__in=guarded.values("finding"))
    rows = Finding.objects.filter(matters, project=project).order_by("-score", "-id")
    listed = rows.values_list("affected_assets", flat=True)[:MAX_FINDINGS]
    urls = dict.fromkeys(asset["value"] for assets in listed for asset in assets if asset["type"] == "url")
    return list(urls)[:MAX_FIRST_PAGES]
