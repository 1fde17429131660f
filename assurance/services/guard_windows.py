"""Guard windows: after an approval the checks of a finding are run again, and a failure reopens the finding."""

import time
from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Min, QuerySet
from django.utils import timezone

from accounts.actors import SYSTEM, Actor
from accounts.models import Project
from assurance import guard_policy
from assurance.errors import GuardWindowEnded
from assurance.models import Deploy, GuardRun, GuardWindow
from events.log import log_event
from findings.models import Finding, FindingStatus, Regression
from krafter_audit.api.lookup import get_or_404
from krafter_audit.jobs.isolation import isolated
from krafter_audit.shutdown import is_shutting_down
from remediation.errors import VerificationInProgress
from remediation.evidence import chain
from remediation.locks import LockedVerification, lock_task, lock_verification
from remediation.models import CheckStatus, Result, Task, Verification
from remediation.services import verdicts, verifications
from remediation.services.policies import config_of

MAX_SECONDS = 40  # after which a call starts the runs of no further project
BATCH_SIZE = 100  # runs of a project that are started by one call
MAX_DEPLOYS = 100  # that may have caused a failure
MAX_ATTEMPTS = 3
RETRY_DELAY = timedelta(minutes=15)  # after an inconclusive attempt
BUSY_DELAY = timedelta(minutes=5)  # while another verification of the task is running


@transaction.atomic
def open_window(verification_id: UUID) -> GuardWindow | None:
    """Open the guard window of an approved verification; None if the policy guards no such finding.

    Not after a manual review, which no check can repeat, or an override, whose checks did not pass.
    """
    locked = lock_verification(verification_id)
    verification, finding = locked.verification, locked.finding
    offsets = guard_policy.offsets(locked.config, finding.severity)
    is_fixed = verification.result == Result.PASSED and finding.status == FindingStatus.RESOLVED
    if not is_fixed or GuardWindow.objects.filter(verification=verification).exists():
        return None
    approved_at, open_windows = verification.verified_at or timezone.now(), _open_windows(finding)
    if not offsets or verification.manual or verification.override_reason:
        # A new approval ends the window of an earlier one, also if it opens none itself.
        _cancel(open_windows.filter(verification__verified_at__lt=approved_at), by=SYSTEM)
        return None
    _cancel(open_windows, by=SYSTEM)
    window = GuardWindow.objects.create(
        project=verification.project,
        finding=finding,
        verification=verification,
        ends_at=approved_at + offsets[-1],
        runs_total=len(offsets),
    )
    GuardRun.objects.bulk_create(GuardRun(window=window, due_at=approved_at + offset) for offset in offsets)
    log_event("guard.opened", window, by=SYSTEM, finding_id=finding.pk, ends_at=window.ends_at)
    return window


def start_due_runs() -> int:
    """Start the runs that are due, for a limited time; return how many."""
    deadline, started = time.monotonic() + MAX_SECONDS, 0
    due = GuardRun.objects.filter(status=GuardRun.Status.PENDING, due_at__lte=timezone.now())
    due = due.filter(window__project__archived_at=None).order_by("due_at")
    waiting = due.order_by().values_list("window__project").annotate(first=Min("due_at")).order_by("first")
    # Each project separately: a project without daily budget left does not delay the others.
    for project_id, _ in waiting:
        if time.monotonic() > deadline or is_shutting_down():
            break
        with isolated("start of guard runs", project_id):
            project = Project.objects.get(pk=project_id)
            affordable = min(_budget_left(project), BATCH_SIZE)
            runs = due.filter(window__project=project).values_list("pk", flat=True)[:affordable]
            started += sum(_start_or_postpone(pk) for pk in list(runs))
    return started


def _start_or_postpone(run_id: UUID) -> bool:
    is_started = False
    with isolated("start of guard run", run_id) as isolation:
        is_started = start_run(run_id)
    if isolation.failed:  # behind the others of its project
        pending = GuardRun.objects.filter(pk=run_id, status=GuardRun.Status.PENDING)
        pending.update(due_at=timezone.now() + RETRY_DELAY)
    return is_started


@transaction.atomic
def start_run(run_id: UUID) -> bool:
    """Start a due run within the project's daily budget; return whether it was started."""
    task_id = GuardRun.objects.values_list("window__verification__task_id", flat=True).get(pk=run_id)
    locked = lock_task(task_id)
    run = _due_run(run_id)
    if run is None:
        return False
    if locked.task.status != Task.Status.DONE or locked.finding.status != FindingStatus.RESOLVED:
        _cancel([run.window], by=SYSTEM)
        return False
    if not _budget_left(locked.task.project):
        return False
    try:
        verification = verifications.run_locked(locked, by=SYSTEM, trigger=Verification.Trigger.GUARD)
    except VerificationInProgress:
        GuardRun.objects.filter(pk=run.pk).update(due_at=timezone.now() + BUSY_DELAY)
        return False
    GuardRun.transitions.apply(
        run,
        GuardRun.Status.RUNNING,
        verification=verification,
        started_at=timezone.now(),
        attempts=run.attempts + 1,
    )
    return True


def _due_run(run_id: UUID) -> GuardRun | None:
    rows = GuardRun.objects.select_related("window").select_for_update(of=("self", "window"))
    return rows.filter(pk=run_id, status=GuardRun.Status.PENDING, due_at__lte=timezone.now()).first()


def _budget_left(project: Project) -> int:
    since = timezone.now() - timedelta(days=1)
    started = GuardRun.objects.filter(window__project=project, started_at__gte=since).count()
    return max(0, guard_policy.runs_per_day(config_of(project)) - started)


@transaction.atomic
def continue_window(verification_id: UUID) -> None:
    """Continue a guard window whose verification has finished.

    Passed: the run passes, and with the last one the window. Failed: the finding is reopened, with a regression.
    Inconclusive: the run is repeated, three times at most.
    """
    locked = lock_verification(verification_id)
    runs = GuardRun.objects.select_related("window").select_for_update(of=("self", "window"))
    run = runs.filter(verification=verification_id, status=GuardRun.Status.RUNNING).first()
    if run is None or locked.verification.result != Result.PENDING or locked.verification.running:
        return
    run.window.project = locked.verification.project
    statuses = {check["status"] for check in locked.verification.checks}
    if CheckStatus.FAILED in statuses:
        _fail(run, locked)
    elif statuses == {CheckStatus.PASSED}:
        _pass(run, locked)
    else:
        _retry(run, locked)
    _count_runs(run.window)


def _fail(run: GuardRun, locked: LockedVerification) -> None:
    GuardRun.transitions.apply(run, GuardRun.Status.FAILED)
    _end(run.window, GuardWindow.Status.FAILED)
    # Meanwhile reopened by a person or a scan: the finding has its regression.
    if locked.finding.status != FindingStatus.RESOLVED or locked.task.status != Task.Status.DONE:
        verdicts.decide(locked.verification, Result.FAILED, SYSTEM)
        _append_verdict(run, locked, "guard_failed")
        return
    deploy_ids = deploys_since_last_pass(run.window)
    verdicts.reopen_locked(locked, by=SYSTEM, trigger=Regression.Trigger.GUARD_FAILED, deploy_ids=deploy_ids)
    log_event(
        "guard.failed",
        run.window,
        by=SYSTEM,
        finding_id=locked.finding.pk,
        verification_id=locked.verification.pk,
        deploy_ids=deploy_ids,
    )


def _pass(run: GuardRun, locked: LockedVerification) -> None:
    GuardRun.transitions.apply(run, GuardRun.Status.PASSED)
    verdicts.decide(locked.verification, Result.PASSED, SYSTEM)
    _append_verdict(run, locked, "guard_passed")
    _pass_if_last(run.window)


def _append_verdict(run: GuardRun, locked: LockedVerification, word: str) -> None:
    chain.append_verdict(locked.verification, by=SYSTEM, word=word, guards=run.window.verification_id)


def _retry(run: GuardRun, locked: LockedVerification) -> None:
    if run.attempts < MAX_ATTEMPTS:
        due_at = timezone.now() + RETRY_DELAY * run.attempts
        GuardRun.transitions.apply(run, GuardRun.Status.PENDING, due_at=due_at)
        return
    GuardRun.transitions.apply(run, GuardRun.Status.INCONCLUSIVE)
    log_event(
        "guard.inconclusive",
        run.window,
        by=SYSTEM,
        finding_id=locked.finding.pk,
        verification_id=locked.verification.pk,
    )
    _pass_if_last(run.window)


def _pass_if_last(window: GuardWindow) -> None:
    """End the window after its last run: passed, or cancelled if none of its runs has passed."""
    statuses = set(window.runs.values_list("status", flat=True))
    if window.status != GuardWindow.Status.OPEN or statuses & set(GuardRun.UNFINISHED):
        return
    if GuardRun.Status.PASSED not in statuses:
        _cancel([window], by=SYSTEM)
        return
    GuardWindow.transitions.apply(window, GuardWindow.Status.PASSED)
    log_event("guard.passed", window, by=SYSTEM, finding_id=window.finding_id)


def deploys_since_last_pass(window: GuardWindow) -> list[UUID]:
    """Return the deploys that finished after the last passed check, oldest first."""
    passed = window.runs.filter(status=GuardRun.Status.PASSED).order_by("-started_at").first()
    since = passed.started_at if passed else window.verification.verified_at
    deploys = Deploy.objects.filter(project=window.project_id, finished_at__gte=since)
    return list(deploys.order_by("finished_at").values_list("pk", flat=True)[:MAX_DEPLOYS])


@transaction.atomic
def cancel(window_id: UUID, *, project: Project, by: Actor) -> GuardWindow:
    """Cancel an open guard window. Raises NotFound, GuardWindowEnded."""
    found = get_or_404(GuardWindow.objects.only("finding"), pk=window_id, project=project)
    get_or_404(Finding.objects.select_for_update(), pk=found.finding_id)
    window = GuardWindow.objects.select_for_update().get(pk=window_id)
    if window.status != GuardWindow.Status.OPEN:
        raise GuardWindowEnded
    window.project = project
    _cancel([window], by=by)
    return window


@transaction.atomic
def cancel_for_finding(finding_id: UUID) -> None:
    """Cancel the open guard window of a finding that is no longer resolved."""
    finding = Finding.objects.select_for_update().filter(pk=finding_id).first()
    if finding is not None and finding.status != FindingStatus.RESOLVED:
        _cancel(_open_windows(finding), by=SYSTEM)


def _open_windows(finding: Finding) -> QuerySet[GuardWindow]:
    rows = GuardWindow.objects.filter(finding=finding, status=GuardWindow.Status.OPEN)
    return rows.select_related("project").select_for_update(of=("self",))


def _cancel(windows: Iterable[GuardWindow], *, by: Actor) -> None:
    for window in windows:
        _end(window, GuardWindow.Status.CANCELLED)
        _count_runs(window)
        log_event("guard.cancelled", window, by=by, finding_id=window.finding_id)


def _end(window: GuardWindow, status: GuardWindow.Status) -> None:
    GuardWindow.transitions.apply(window, status)
    GuardRun.transitions.update(window.runs.all(), GuardRun.UNFINISHED, GuardRun.Status.CANCELLED)


def _count_runs(window: GuardWindow) -> None:
    statuses = list(window.runs.exclude(status=GuardRun.Status.CANCELLED).values_list("status", flat=True))
    window.runs_passed, window.runs_total = statuses.count(GuardRun.Status.PASSED), len(statuses)
    window.save(update_fields=["runs_passed", "runs_total", "updated_at"])
