"""A finding's tickets on its page, and in its history."""

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest

from findings.admin import FindingAdmin
from findings.models import Finding
from integrations.models import TicketComment, TicketLink
from remediation.admin import timeline
from remediation.admin.timeline import TimelineEntry
from remediation.models import Task


def tickets(request: HttpRequest, finding: Finding) -> dict[str, Any]:
    return {"tickets": TicketLink.objects.filter(task__finding=finding).select_related("integration")}


def ticket_entries(finding: Finding, tasks: list[Task]) -> Iterator[TimelineEntry]:
    """Yield the tickets of tasks and the comments that were sent, for the history."""
    links = TicketLink.objects.filter(task__in=tasks).select_related("integration")
    for link in links:
        title = f"Ticket {link.key or 'being created'}"
        yield TimelineEntry(link.created_at, title, str(link.integration.get_provider_display()))
    comments = TicketComment.objects.filter(link__in=links, sent_at__isnull=False)
    for comment in comments.select_related("link"):
        if comment.sent_at:
            yield TimelineEntry(
                comment.sent_at, "Comment sent", f"on ticket {comment.link.key}: checks failed"
            )


FindingAdmin.sections.append(tickets)
timeline.SOURCES.append(ticket_entries)
