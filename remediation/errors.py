from krafter_audit.api.errors import ApiError, Conflict


class DoneRequiresVerification(Conflict):
    code = "done_requires_verification"
    message = "A task is set to done by approving a verification of it. Run a verification, then approve it."


class TaskDone(Conflict):
    code = "task_done"
    message = "The task is done. Reopen its verification to work on it again."


class VerificationInProgress(Conflict):
    code = "verification_in_progress"
    message = "A verification of this task is still running. Wait for it, or reopen it."


class VerificationRunning(Conflict):
    code = "verification_running"
    message = "A check of this verification is still running. Approve it when all checks have finished."


class ChecksNotPassed(Conflict):
    code = "checks_not_passed"
    message = "Not every check passed. Fix the problem and run a new verification, or override with a reason."


class VerificationFailed(Conflict):
    code = "verification_failed"
    message = "This verification was reopened. Run a new one."


class VerificationSuperseded(Conflict):
    code = "verification_superseded"
    message = "The task has a newer verification. Approve or reopen that one."


class VerificationOfGuardWindow(Conflict):
    code = "verification_of_guard_window"
    message = "This verification belongs to a guard window, which passes or fails by itself."


class VerificationApproved(Conflict):
    code = "verification_approved"
    message = "The verification is approved. Reopen it to take the approval back."


class AlreadyApproved(Conflict):
    code = "already_approved"
    message = "You have approved this verification: the policy requires the approvals of several people."


class AuthorMayNotApprove(Conflict):
    code = "author_may_not_approve"
    message = "You have set the task to ready to verify. The policy requires the approval of another person."


class ApprovalRequiresUser(Conflict):
    code = "approval_requires_user"
    message = "The policy requires the approval of a person, and this API key belongs to no user."


class ApprovalNotFound(Conflict):
    code = "approval_not_found"
    message = "You have no approval of this verification to withdraw."


class FindingDismissed(Conflict):
    code = "finding_dismissed"
    message = "The finding is dismissed. Change its status before you approve a verification of it."


class PlanOutdated(Conflict):
    code = "plan_outdated"
    message = "The plan is for another config, or findings, tasks or the policy have changed. Test the policy again."


class NoSigningKey(Conflict):
    code = "no_signing_key"
    message = "This installation has no signing key (KRAFTER_SIGNING_KEYS), so evidence cannot be exported."


class NoDueDate(Conflict):
    code = "no_due_date"
    message = "The task has no due date to extend. Set a due date first."


class NotTheAuthor(ApiError):
    code, status = "not_the_author", 403
    message = "Only the author of a comment may change or delete it."
