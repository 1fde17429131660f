from django.conf import settings
from django.urls import reverse

from campaigns.queries import campaign_names_of
from findings.models import Domain, FindingStatus
from integrations.providers.types import DISMISSED, TicketDraft
from remediation.models import Task


def draft_of(task: Task) -> TicketDraft:
    # Without evidence: a ticket may be public, and an attacker can use evidence.
    fix = task.finding.recommended_fix
    steps = [f"{number}. {step}" for number, step in enumerate(fix.get("steps") or [], start=1)]
    is_done = task.status == Task.Status.DONE
    is_dismissed = task.finding.status == FindingStatus.DISMISSED and not is_done
    text = "\n".join(str(line) for line in [fix.get("summary") or "", *steps] if line)
    return TicketDraft(
        marker=str(task.pk),
        title=task.title,
        status=DISMISSED if is_dismissed else task.status,
        priority=task.priority,
        due=task.sla_due_at,
        closed=is_done or is_dismissed,
        url=f"{settings.KRAFTER_PUBLIC_URL}{reverse('admin:remediation_task_change', args=[task.pk])}",
        text=text,
        confidential=task.finding.domain == Domain.SECURITY,
        campaigns=campaign_names_of(task),
    )
