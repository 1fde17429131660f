"""Follow events: approvals open guard windows, results continue them, deploys add runs."""

from uuid import UUID

from assurance.models import Deploy
from assurance.services import deploys, guard_windows, pull_requests
from events.models import Event
from events.outbox import EventBatch
from remediation.locks import lock_findings_of_tasks
from remediation.models import Verification

CONSUMER = "assurance"
PULL_REQUEST_EVENTS = ("task.created", "task.linked", "task.updated")  # may change the pull request of a task
EVENTS = (
    *PULL_REQUEST_EVENTS,
    "deploy.finished",
    "finding.regressed",
    "verification.approved",
    "verification.checked",
    "verification.reopened",
)


def consume(batch: EventBatch) -> None:
    """Process events of the outbox. Idempotent."""
    # One transaction locks the rows of all events: in the order of their ids, as bulk changes do.
    if batch.name in PULL_REQUEST_EVENTS:
        lock_findings_of_tasks([event.subject_id for event in batch.events])
    for event in sorted(batch.events, key=lambda event: event.subject_id):
        _process(event)


def _process(event: Event) -> None:
    match event.name:
        case "verification.approved":
            guard_windows.open_window(event.subject_id)
        case "verification.checked":
            if event.data.get("trigger") == Verification.Trigger.GUARD:
                guard_windows.continue_window(event.subject_id)
        case "verification.reopened":
            guard_windows.cancel_for_finding(UUID(event.data["finding_id"]))
        case "finding.regressed":
            guard_windows.cancel_for_finding(event.subject_id)
        case "deploy.finished":
            deploy = Deploy.objects.filter(pk=event.subject_id).first()
            if deploy is not None:
                deploys.add_guard_runs(deploy)
                deploys.scan_after(deploy)
                pull_requests.recheck_after(deploy)
        case name if name in PULL_REQUEST_EVENTS:
            pull_requests.track(event.subject_id)
