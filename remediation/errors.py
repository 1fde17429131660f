"""Why something about tasks, verifications and policies is refused."""

from krafter_audit.api.errors import Conflict


class DoneRequiresVerification(Conflict):
    code = "done_requires_verification"
    message = "A task becomes done when a verification of it is approved. Run one, then approve it."


class TaskDone(Conflict):
    code = "task_done"
    message = "The task is done. Reopen its verification to work on it again."


class VerificationInProgress(Conflict):
    code = "verification_in_progress"
    message = "A verification of this task is still running. Wait for it, or reopen it."


class VerificationRunning(Conflict):
    code = "verification_running"
    message = "A check of this verification is still running. Approve it when all have answered."


class ChecksNotPassed(Conflict):
    code = "checks_not_passed"
    message = 'Not every check passed. Mend and run again, or send {"override": true, "reason": "…"}.'


class VerificationFailed(Conflict):
    code = "verification_failed"
    message = "This verification was reopened. Run a new one."


class VerificationSuperseded(Conflict):
    code = "verification_superseded"
    message = "The task has a newer verification. Decide about that one."


class FindingDismissed(Conflict):
    code = "finding_dismissed"
    message = "The finding is dismissed. Take it back up before a verification of it is approved."


class PlanOutdated(Conflict):
    code = "plan_outdated"
    message = "The plan was made for another config or another state of things. Test the policy again."


class NoSigningKey(Conflict):
    code = "no_signing_key"
    message = "This installation has no key to sign with, so a bundle would prove nothing."
