"""The names of events, as the feeds and webhooks show them."""

from collections.abc import Collection, Iterable
from difflib import get_close_matches

# Name → what has happened. docs/api.md lists the same names.
PROJECT_EVENTS = {
    "alerts.subscribed": "An address gets the alerts of a project again.",
    "alerts.unsubscribed": "An address was unsubscribed from the alerts of a project.",
    "campaign.archived": "A campaign was archived.",
    "campaign.created": "A campaign was created.",
    "campaign.restored": "An archived campaign was restored.",
    "campaign.updated": "The name, due date or owner of a campaign was changed.",
    "deploy.finished": "A deploy was finished.",
    "deploy.recorded": "A deploy was reported.",
    "destination.removed": "An alert destination was deleted.",
    "destination.set": "An alert destination was set.",
    "finding.created": "A finding was reported for the first time.",
    "finding.dismissal_expired": "A dismissed finding is open again: the day until which it was accepted has passed.",
    "finding.priority_changed": "The traffic of a finding's pages changed its priority.",
    "finding.regressed": "A resolved finding was reported again.",
    "finding.seen_again": "A known finding was reported again.",
    "finding.updated": "A person or a policy changed a finding.",
    "guard.cancelled": "A guard window was cancelled, as its finding is not resolved any more, or by a person.",
    "guard.failed": "A check of a guard window failed, and its finding was reopened.",
    "guard.inconclusive": "The checks of a guard window were inconclusive several times.",
    "guard.opened": "An approval has opened a guard window.",
    "guard.passed": "All checks of a guard window have passed.",
    "integration.conflict_resolved": "A conflict between a task and its ticket was resolved.",
    "integration.connected": "A provider was connected.",
    "integration.disconnected": "A provider was disconnected.",
    "integration.sync_failed": "A sync failed.",
    "integration.sync_requested": "A sync was requested.",
    "integration.synced": "A sync ended.",
    "integration.webhook_disabled": "The webhook of a provider was disabled.",
    "integration.webhook_enabled": "The webhook of a provider was enabled.",
    "policy.created": "The default policy was created.",
    "policy.due_dates_recalculated": "The due dates of open tasks follow a new policy.",
    "policy.recalculation_failed": "The due dates of open tasks could not all be recalculated by a new policy.",
    "policy.replaced": "The policy was replaced.",
    "report.exported": "The file of a report is ready.",
    "report.failed": "The export of a report failed.",
    "report.queued": "An export was requested.",
    "report.shared": "A report was shared.",
    "scan.completed": "A scan was completed.",
    "scan.failed": "A scan failed.",
    "scan.queued": "A scan was requested.",
    "scan.skipped": "A scheduled scan, or one after a deploy, could not be started.",
    "share.failed": "A report could not be delivered to the recipients of a share.",
    "share.revoked": "The link of a share was revoked.",
    "share.sent": "A report was delivered to the recipients of a share.",
    "site.added": "A host was registered.",
    "site.verification_lost": "The ownership of a host could not be verified.",
    "site.verification_requested": "A verification of a host's ownership was requested.",
    "site.verified": "The ownership of a host was verified.",
    "site_credentials.deleted": "Site credentials were deleted.",
    "site_credentials.set": "Site credentials were set.",
    "task.added_to_campaign": "A task was added to a campaign.",
    "task.comment_deleted": "A comment on a task was deleted.",
    "task.comment_edited": "A comment on a task was changed.",
    "task.commented": "A person commented on a task.",
    "task.created": "A task was created.",
    "task.deleted": "The creation of a task was undone.",
    "task.deployed": "A deploy contains the merged pull request of a task.",
    "task.due_date_moved": "The SLA clock or a person moved the due date of a task.",
    "task.due_soon": "The due date of a task is nearer than a warning of the policy.",
    "task.labelled": "The labels of a task were changed.",
    "task.linked": "A task was linked to a ticket or a pull request.",
    "task.overdue": "A task became overdue.",
    "task.removed_from_campaign": "A task was removed from a campaign.",
    "task.updated": "A task was changed.",
    "verification.approval_recorded": "A person approved a verification that needs further approvals.",
    "verification.approval_withdrawn": "A person withdrew an approval.",
    "verification.approved": "A verification was approved.",
    "verification.checked": "All checks of a verification have finished.",
    "verification.reopened": "A verification was reopened.",
    "verification.started": "A verification was requested.",
}
# Events of an organisation: they are in its own feed, and have no consumers.
ORGANIZATION_EVENTS = {
    "api_key.issued": "An API key was issued.",
    "api_key.revoked": "An API key was revoked.",
    "member.added": "A person became a member.",
    "member.joined": "An invited person has set a name and a password.",
    "member.removed": "A member was removed.",
    "member.role_changed": "The role of a member was changed.",
    "organization.created": "The organisation was created.",
    "organization.updated": "The organisation was changed.",
    "password.changed": "A person changed their password.",
    "password.reset": "A person set a password by the link of a mail.",
    "project.created": "A project was created.",
    "project.updated": "A project was changed, archived or restored.",
    "second_factor.added": "A person set up a second factor.",
    "second_factor.recovery_code_used": "A recovery code signed a person in.",
    "second_factor.recovery_codes_replaced": "A person replaced their recovery codes.",
    "second_factor.removed": "The second factor of a person was removed.",
    "sessions.ended": "A person signed out everywhere.",
    "sign_in.ended": "A person signed out.",
    "sign_in.locked": "After too many attempts an account or an address cannot sign in for some time.",
    "sign_in.refused": "Single sign-on of a person without an account for the admin was refused.",
    "sign_in.succeeded": "A person signed in.",
    "webhook.created": "A webhook endpoint was created.",
    "webhook.deleted": "A webhook endpoint was deleted.",
    "webhook.disabled": "A webhook endpoint was disabled.",
    "webhook.replayed": "Deliveries to a webhook endpoint were replayed.",
    "webhook.secret_rotated": "The secret of a webhook endpoint was rotated.",
    "webhook.updated": "A webhook endpoint was changed.",
}
# Names whose label in the admin is not the name itself.
LABELS = {
    "finding.created": "Finding reported",
    "finding.seen_again": "Finding seen again",
    "finding.updated": "Finding changed",
    "finding.regressed": "Finding came back",
    "finding.dismissal_expired": "Dismissal expired",
    "finding.priority_changed": "Score weighted by traffic",
    "task.created": "Task created",
    "task.updated": "Task changed",
    "task.linked": "Ticket linked",
    "task.commented": "Comment added",
    "task.comment_edited": "Comment changed",
    "task.comment_deleted": "Comment deleted",
    "task.labelled": "Labels changed",
    "task.deleted": "Creation of the task undone",
    "task.overdue": "Task is overdue",
    "task.due_soon": "Task is due soon",
    "task.due_date_moved": "Due date moved",
    "task.added_to_campaign": "Added to a campaign",
    "task.removed_from_campaign": "Removed from a campaign",
    "policy.due_dates_recalculated": "Due dates follow the new policy",
    "policy.recalculation_failed": "Due dates could not be recalculated",
    "verification.started": "Verification started",
    "verification.checked": "Checks finished",
    "verification.approved": "Verification approved",
    "verification.reopened": "Verification reopened",
    "site.verification_requested": "Site ownership check requested",
    "site_credentials.set": "Site credentials set",
    "site_credentials.deleted": "Site credentials deleted",
    "integration.webhook_enabled": "Webhook created",
    "integration.webhook_disabled": "Webhook disabled",
    "scan.skipped": "Scan skipped",
    "api_key.issued": "API key issued",
    "api_key.revoked": "API key revoked",
    "sign_in.ended": "Sign-in ended",
    "sign_in.locked": "Sign-in paused",
    "sign_in.refused": "Sign-in refused",
    "sign_in.succeeded": "Sign-in succeeded",
    "organization.created": "Organisation created",
    "organization.updated": "Organisation changed",
}


def matches(name: str, patterns: Iterable[str]) -> bool:
    """Return whether a name is one of the patterns: a name, or all names of a group (`finding.*`)."""
    return any(pattern in (name, f"{name.partition('.')[0]}.*") for pattern in patterns)


def pattern_error(pattern: str, names: Collection[str] = frozenset(PROJECT_EVENTS)) -> str:
    """Return the error in a pattern, with the most similar names; empty if it is valid."""
    groups = {name.partition(".")[0] for name in names}
    group, dot, rest = pattern.partition(".")
    if pattern in names or (group in groups and dot and rest == "*"):
        return ""
    near = get_close_matches(pattern, sorted(names), n=3) or sorted(
        name for name in names if name.startswith(f"{group}.")
    )
    return f"Unknown event {pattern!r}. " + (
        f"Similar events: {', '.join(near)}."
        if near
        else f"Use a name such as {min(names)}, or a group: {', '.join(f'{prefix}.*' for prefix in sorted(groups))}."
    )


def event_label(name: str) -> str:
    """Return a name as a label: `Task changed`."""
    return LABELS.get(name, name.replace(".", " ").replace("_", " ").capitalize())
