"""A check that asks a provider: about the finding as a whole, not page by page."""

from datetime import datetime

from events.models import Event
from findings.models import Finding
from findings.provider_checks import Ask
from remediation.models import Task, Verification
from remediation.worker.check_aggregation import Answer, judge


def answer_of(ask: Ask, key: str, finding: Finding, verification: Verification) -> Answer:
    """Ask, and say it of the address that the provider has for what the finding came from."""
    place = finding.evidence.get("url")
    outcome = ask(finding, key, ready_since(verification))
    return judge(key, {place if isinstance(place, str) and place else finding.project.site_url: outcome})


def ready_since(verification: Verification) -> datetime:
    """Return when the task became ready to verify last; where nobody said so, when it was first verified."""
    moves = Event.objects.filter(subject_id=verification.task_id, name="task.updated")
    ready = moves.filter(data__now__status=Task.Status.READY_VERIFY.value).order_by("-id")
    said = ready.values_list("at", flat=True).first()
    first = Verification.objects.filter(task=verification.task_id).order_by("created_at")
    return said or first.values_list("created_at", flat=True).first() or verification.created_at
