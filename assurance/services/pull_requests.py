"""Follow the pull requests of tasks: when a deploy contains the merged commit, the fix is verified."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from accounts.actors import SYSTEM
from accounts.models import Project
from assurance import deploy_policy, repositories
from assurance.models import Deploy, PullRequest
from assurance.repositories import RepositoryUnavailable
from events.log import log_event
from krafter_audit.api.errors import NotFound, QuotaExceeded
from krafter_audit.jobs.isolation import isolated
from krafter_audit.jobs.queues import enqueue
from remediation.errors import VerificationInProgress
from remediation.locks import LockedTask, lock_task
from remediation.models import Task, Verification
from remediation.services import verifications
from remediation.services.policies import config_of

OPEN_INTERVAL = timedelta(minutes=15)  # between two queries of an open pull request
STALE_AFTER, STALE_INTERVAL = timedelta(days=7), timedelta(hours=6)
# Before an unavailable repository is queried again; doubled each time.
FIRST_RETRY_DELAY, MAX_RETRY_DELAY = timedelta(minutes=5), timedelta(hours=6)
BUSY_DELAY = timedelta(minutes=2)  # while another verification of the task is running
BATCH_SIZE = 100
NOT_DEPLOYED = "The pull request is merged, but no deploy that was reported contains it yet."


@transaction.atomic
def track(task_id: UUID) -> None:
    """Store the pull request of a task, in place of an earlier one."""
    try:
        task = lock_task(task_id).task
    except NotFound:
        return
    known = PullRequest.objects.filter(task=task).first()
    if known and known.url == task.pr_url:
        return
    PullRequest.objects.filter(task=task).delete()
    if task.pr_url and task.status != Task.Status.DONE:
        PullRequest.objects.create(task=task, url=task.pr_url, next_check_at=timezone.now())


def enqueue_due() -> None:
    due = PullRequest.objects.filter(deploy=None, next_check_at__lte=timezone.now())
    due = due.filter(task__project__archived_at=None).exclude(task__status=Task.Status.DONE)
    # The organisations alternate, so that one with thousands of pull requests does not delay the others.
    turn = Window(RowNumber(), partition_by="task__project__organization", order_by="next_check_at")
    alternating = due.annotate(turn=turn).order_by("turn", "next_check_at")
    for pk in alternating.values_list("pk", flat=True)[:BATCH_SIZE]:
        enqueue("assurance.check_pull_request", str(pk))


def recheck_after(deploy: Deploy) -> None:
    """Have the project's undeployed pull requests compared with a finished deploy."""
    waiting = PullRequest.objects.filter(task__project=deploy.project_id, deploy=None)
    waiting = waiting.filter(~Q(status=PullRequest.Status.CLOSED))
    waiting.update(next_check_at=timezone.now(), updated_at=timezone.now())


def check(pull_request_id: UUID) -> None:
    """Query the repository about a pull request, and verify the task if its commit was deployed."""
    row = PullRequest.objects.select_related("task__project").filter(pk=pull_request_id, deploy=None).first()
    if row is None:
        return
    with isolated("check of pull request", row.pk) as isolation:
        _check(row)
    if isolation.failed:
        _postpone(row, RepositoryUnavailable("The pull request could not be checked."))


def _check(row: PullRequest) -> None:
    project = row.task.project
    try:
        if not row.merge_sha:
            state = repositories.reader.merge_state(project.pk, row.url)
            row.merge_sha, row.status = state.sha, _status(state)
        deploy = newest_live_deploy(project) if row.merge_sha else None
        if deploy is not None and deploy.pk == row.compared_deploy_id:
            deploy = None  # it was compared before
        is_contained = deploy is not None and repositories.reader.contains(
            project.pk, row.url, deploy.sha, row.merge_sha
        )
    except RepositoryUnavailable as error:
        _postpone(row, error)
        return
    _store_comparison(row, deploy, is_contained=is_contained)


def _status(state: repositories.PullRequestState) -> PullRequest.Status:
    if state.sha:
        return PullRequest.Status.MERGED
    return PullRequest.Status.CLOSED if state.is_closed else PullRequest.Status.OPEN


def newest_live_deploy(project: Project) -> Deploy | None:
    """Return the newest finished deploy of an environment that visitors use (see deploy_policy.py)."""
    finished = Deploy.objects.filter(project=project, finished_at__isnull=False).order_by("-finished_at")
    config = config_of(project)
    named = deploy_policy.environments(config)
    if named is not None:
        return finished.filter(environment__in=named).first()
    deploys = finished[:BATCH_SIZE]
    return next(
        (deploy for deploy in deploys if deploy_policy.is_live(deploy, config, project.site_url)), None
    )


def _postpone(row: PullRequest, error: RepositoryUnavailable) -> None:
    pause = (
        MAX_RETRY_DELAY
        if error.is_final
        else min(FIRST_RETRY_DELAY * 2 ** min(row.failures, 8), MAX_RETRY_DELAY)
    )
    PullRequest.objects.filter(pk=row.pk, url=row.url).update(
        failures=row.failures + 1,
        note=str(error)[:300],
        next_check_at=timezone.now() + pause,
        updated_at=timezone.now(),
    )


@transaction.atomic
def _store_comparison(row: PullRequest, compared: Deploy | None, *, is_contained: bool) -> None:
    locked = lock_task(row.task_id)
    current = PullRequest.objects.select_for_update().filter(pk=row.pk, url=row.url, deploy=None).first()
    if current is None:  # replaced, or done by another worker
        return
    current.status, current.merge_sha = row.status, row.merge_sha
    current.failures, current.note = 0, ""
    current.next_check_at = _next_check(current)
    if compared is not None and not is_contained:
        current.compared_deploy = compared
    elif compared is not None:
        _verify(current, compared, locked)
    current.save()


def _next_check(row: PullRequest) -> datetime | None:
    # A merged pull request is compared when the next deploy has finished.
    if row.status != PullRequest.Status.OPEN:
        return None
    is_stale = timezone.now() - row.created_at > STALE_AFTER
    return timezone.now() + (STALE_INTERVAL if is_stale else OPEN_INTERVAL)


def _verify(row: PullRequest, deploy: Deploy, locked: LockedTask) -> None:
    """Queue a verification of the deployed fix, unless the task is done."""
    row.deploy = deploy
    if locked.task.status == Task.Status.DONE:
        return
    try:
        # A savepoint: without quota the deploy is stored all the same.
        with transaction.atomic():
            row.verification = verifications.run_locked(
                locked, by=SYSTEM, trigger=Verification.Trigger.DEPLOY
            )
    except VerificationInProgress:
        row.deploy, row.next_check_at = None, timezone.now() + BUSY_DELAY
        return
    except QuotaExceeded as error:
        row.note = error.message[:300]
    log_event(
        "task.deployed",
        locked.task,
        by=SYSTEM,
        deploy_id=deploy.pk,
        sha=row.merge_sha,
        verification_id=row.verification_id,
    )


def warnings_for(task: Task) -> list[str]:
    """Return the warning that the task's fix is merged and not deployed."""
    if not task.pr_url:
        return []
    waiting = PullRequest.objects.filter(task=task, status=PullRequest.Status.MERGED, deploy=None)
    return [NOT_DEPLOYED] if waiting.exists() else []
