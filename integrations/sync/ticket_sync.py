"""Tasks become tickets, once each; both sides are kept in step. No transaction is open meanwhile."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from findings.models import Domain, FindingStatus
from integrations.models import ExternalLink
from integrations.providers.base import Draft, Refused, Ticket, Tracker, Unavailable
from integrations.sync import conflicts
from integrations.sync import loop_breaker as breaker
from integrations.sync import three_way_merge as comparison
from integrations.sync.run import BY_INTEGRATION, Run, one_ticket
from remediation.models import Task
from remediation.services import tickets as remediation_tickets

OVERLAP = timedelta(minutes=5)
SINCE = "tickets_since"
WORKED_ON = (Task.Status.IN_PROGRESS, Task.Status.READY_VERIFY)
MOST_PULL_REQUESTS = 50  # a run; each costs a request
CHUNK = 100


def pull(run: Run, tracker: Tracker) -> None:
    """Take in what changed at the provider since the last time."""
    _let_go_of_other_places(run, tracker)
    began = timezone.now()
    first = _linked(run).order_by("created_at").values_list("created_at", flat=True).first()
    if first is not None:
        known = run.row.cursor.get(SINCE)
        since = datetime.fromisoformat(known) if known else first
        changed: set[str] = set()
        for page in tracker.tickets(since - OVERLAP):
            run.keep()
            changed |= _take_in_page(run, page)
        _take_in_pull_requests(run, tracker, changed)
    run.row.cursor[SINCE] = began.isoformat()


def _take_in_page(run: Run, page: Sequence[Ticket]) -> set[str]:
    """Take in the tickets of a page that changed; return their ids."""
    changed: set[str] = set()
    by_id = {ticket.external_id: ticket for ticket in page}
    for link in _linked(run).filter(external_id__in=by_id).select_related("task__finding"):
        ticket = by_id[link.external_id]
        if link.last_synced["remote"] != comparison.remote(ticket):
            take_in(run, link, ticket)
            changed.add(ticket.external_id)
    return changed


def take_in(run: Run, link: ExternalLink, ticket: Ticket) -> None:
    """Let the task follow its ticket; the move and what is remembered of it are one transaction."""
    decision = comparison.decide(link.last_synced, draft_of(link.task), ticket)
    with transaction.atomic():
        if "state" in decision.conflicts:
            conflicts.keep(run, link, "state", theirs=ticket.state.value, why=decision.conflicts["state"])
            # A person decides: ours is not pushed over it.
            link.last_synced["wanted"]["status"] = link.task.status
        else:
            conflicts.settle(link, "state")
        if decision.follow and _may_move(run, link, ticket):
            _follow(run, link, ticket, decision.follow)
        link.last_synced["remote"] = _agreed(link, ticket)
        _keep(link, "last_synced", "moves", "halted_at")


def _follow(run: Run, link: ExternalLink, ticket: Ticket, state: str) -> None:
    refused = remediation_tickets.follow_ticket(link.task_id, state=state, by=BY_INTEGRATION)
    run.log.pulled += 1
    for why in refused:
        if link.task.status == Task.Status.DONE:
            conflicts.keep(run, link, "state", theirs=ticket.state.value, why=why)
        else:
            run.refuse(ticket.key, why)


def _may_move(run: Run, link: ExternalLink, ticket: Ticket) -> bool:
    """Count a move of the state; the one that is too many halts the link and is told once."""
    halted_before = link.halted_at is not None
    if breaker.may_move(link, timezone.now()):
        return True
    if not halted_before:
        conflicts.keep(run, link, "loop", theirs=ticket.state.value, why=breaker.WHY)
    return False


def _keep(link: ExternalLink, *names: str) -> None:
    """Write what was learnt of a link, unless a person has resolved something of it since it was read."""
    now = timezone.now()
    same = ExternalLink.objects.filter(pk=link.pk, updated_at=link.updated_at)
    if same.update(**{name: getattr(link, name) for name in names}, updated_at=now):
        link.updated_at = now


def _agreed(link: ExternalLink, ticket: Ticket) -> dict[str, Any]:
    """Return the ticket as it is; a title changed there alone is not agreed, lest it be overwritten."""
    then, ours = link.last_synced["remote"]["title"], link.last_synced["wanted"]["title"]
    title = ticket.title if ticket.title == ours else then
    return {**comparison.remote(ticket), "title": title}


def _take_in_pull_requests(run: Run, tracker: Tracker, changed: set[str]) -> None:
    """Look for pull requests of changed tickets and of work in progress: a reference may be no change."""
    bare = _linked(run).filter(Q(task__pr_url__isnull=True) | Q(task__pr_url=""))
    asked = bare.filter(Q(external_id__in=changed) | Q(task__status__in=WORKED_ON)).order_by(
        "-task__updated_at"
    )
    for link in asked[:MOST_PULL_REQUESTS]:
        with one_ticket(run, tracker, link.key):
            address = tracker.pull_request(link.external_id)
            if address:
                remediation_tickets.link_ticket(link.task_id, pr_url=address[:2000], by=BY_INTEGRATION)
                run.log.pulled += 1


def push(run: Run, tracker: Tracker) -> None:
    """Make the tickets that are missing, then bring those of changed tasks up to date."""
    _finish_claims(run, tracker)
    for task in _without_ticket(run).iterator(CHUNK):
        with one_ticket(run, tracker, task.title):
            link, _ = ExternalLink.objects.get_or_create(integration=run.row, task=task)
            _make(run, tracker, link)
    for link in _changed(run).iterator(CHUNK):
        with one_ticket(run, tracker, link.key):
            _bring_up_to_date(run, tracker, link)


def wait_for_claims(run: Run, tracker: Tracker) -> None:
    """Go on when the vendor's list surely shows what was made last: a sync is not over while a claim is left."""
    tried_at = _claimed(run).order_by("-updated_at").values_list("updated_at", flat=True).first()
    if tried_at is not None:
        sentence = f"{tracker.title} may have tickets already that its search does not show yet."
        raise Unavailable(sentence, retry_at=tried_at + timedelta(seconds=tracker.lag + 1))


def _claimed(run: Run) -> QuerySet[ExternalLink]:
    return ExternalLink.objects.filter(integration=run.row, state=ExternalLink.State.CLAIMED)


def _linked(run: Run) -> QuerySet[ExternalLink]:
    return ExternalLink.objects.filter(integration=run.row, state=ExternalLink.State.LINKED)


def _without_ticket(run: Run) -> QuerySet[Task]:
    """Open tasks that have no ticket anywhere, the oldest first."""
    tasks = Task.objects.filter(project=run.row.project, status__in=Task.OPEN)
    bare = tasks.filter(Q(external_ticket_key__isnull=True) | Q(external_ticket_key=""))
    return (
        bare.exclude(links__integration=run.row)
        .exclude(finding__status=FindingStatus.DISMISSED)
        .select_related("finding")
        .order_by("created_at", "id")
    )


def _changed(run: Run) -> QuerySet[ExternalLink]:
    changed = _linked(run).exclude(task_seen_at=F("task__updated_at"))
    return changed.select_related("task__finding").order_by("created_at", "id")


def _let_go_of_other_places(run: Run, tracker: Tracker) -> None:
    """After a change of repository the tasks need tickets in the new one; a marker there is found again."""
    links = _linked(run).values_list("pk", "external_id").iterator(CHUNK)
    elsewhere = [pk for pk, external_id in links if not tracker.owns(external_id)]
    if elsewhere:
        run.row.cursor.pop(SINCE, None)
        ExternalLink.objects.filter(pk__in=elsewhere).update(
            state=ExternalLink.State.CLAIMED,
            external_id="",
            key="",
            url="",
            last_synced={},
            task_seen_at=None,
        )
        run.note(f"{len(elsewhere)} tasks had their tickets in another place and get new ones here.")


def _finish_claims(run: Run, tracker: Tracker) -> None:
    """A claim that is left over may have its ticket already: look for the marker before making one.

    One so fresh that the vendor's list may not show its ticket yet is waited for (`wait_for_claims`).
    """
    surely = _claimed(run).filter(updated_at__lte=timezone.now() - timedelta(seconds=tracker.lag))
    left_over = list(surely.select_related("task__finding").order_by("created_at", "id"))
    if not left_over:
        return
    made = _tickets_by_marker(run, tracker, left_over[0].created_at)
    for link in left_over:
        with one_ticket(run, tracker, link.task.title):
            ticket = made.get(str(link.task_id))
            if ticket:
                _link(run, link, ticket, draft_of(link.task))
            else:
                _make(run, tracker, link)


def _tickets_by_marker(run: Run, tracker: Tracker, since: datetime) -> dict[str, Ticket]:
    found: dict[str, Ticket] = {}
    for page in tracker.tickets(since - OVERLAP):
        run.keep()
        found |= {ticket.marker: ticket for ticket in page if ticket.marker}
    ids = [ticket.external_id for ticket in found.values()]
    taken = set(_linked(run).filter(external_id__in=ids).values_list("external_id", flat=True))
    return {marker: ticket for marker, ticket in found.items() if ticket.external_id not in taken}


def _make(run: Run, tracker: Tracker, link: ExternalLink) -> None:
    """Make the ticket of a claimed link. A refusal made nothing: the claim goes. Other failures keep it."""
    draft = draft_of(link.task)
    link.save(update_fields=["updated_at"])  # when it was tried last
    try:
        ticket = tracker.create(draft)
    except Refused:
        link.delete()
        raise
    _link(run, link, ticket, draft)


@transaction.atomic
def _link(run: Run, link: ExternalLink, ticket: Ticket, draft: Draft) -> None:
    task = remediation_tickets.link_ticket(link.task_id, key=ticket.key, by=BY_INTEGRATION)
    link.external_id, link.key, link.url = ticket.external_id, ticket.key, ticket.url
    link.state = ExternalLink.State.LINKED
    link.last_synced = {"wanted": comparison.wanted(draft), "remote": comparison.remote(ticket)}
    # A task that changed while its ticket was made is looked at again.
    unchanged = comparison.wanted(draft_of(task)) == comparison.wanted(draft)
    link.task_seen_at = task.updated_at if unchanged else None
    link.save()
    run.log.pushed += 1


def _bring_up_to_date(run: Run, tracker: Tracker, link: ExternalLink) -> None:
    ticket = tracker.ticket(link.external_id)
    if ticket.state.value != link.last_synced["remote"]["state"]:
        take_in(run, link, ticket)
        link.task.refresh_from_db()
    seen_at, draft = link.task.updated_at, draft_of(link.task)
    decision = comparison.decide(link.last_synced, draft, ticket)
    _tell_title(run, link, ticket, decision)
    if "closed" in decision.push and not _may_move(run, link, ticket):
        decision.push -= {"closed", "status"}
    if decision.push:
        run.keep()
        ticket = tracker.update(ticket, draft, decision.push)
        run.log.pushed += 1
    _remember(link, draft, ticket, decision)
    link.task_seen_at = seen_at
    _keep(link, "last_synced", "task_seen_at", "moves", "halted_at")


def _tell_title(run: Run, link: ExternalLink, ticket: Ticket, decision: comparison.Decision) -> None:
    if "title" in decision.conflicts:
        conflicts.keep(run, link, "title", theirs=ticket.title, why=decision.conflicts["title"])
    else:
        conflicts.settle(link, "title")


def _remember(link: ExternalLink, draft: Draft, ticket: Ticket, decision: comparison.Decision) -> None:
    wanted, there = comparison.wanted(draft), comparison.remote(ticket)
    if "title" in decision.conflicts:
        wanted["title"] = link.last_synced["wanted"]["title"]
    link.last_synced = {
        "wanted": wanted,
        "remote": there if "title" in decision.push else _agreed(link, ticket),
    }


def draft_of(task: Task) -> Draft:
    """Return a task as it is to be seen at a provider. Evidence stays here: an issue may be public."""
    fix = task.finding.recommended_fix
    steps = [f"{place}. {step}" for place, step in enumerate(fix.get("steps") or [], start=1)]
    text = "\n".join(str(line) for line in [fix.get("summary") or "", *steps] if line)
    return Draft(
        marker=str(task.pk),
        title=task.title,
        status=task.status,
        priority=task.priority,
        due=task.sla_due_at,
        closed=task.status == Task.Status.DONE,
        url=f"{settings.KRAFTER_PUBLIC_URL}{reverse('admin:remediation_task_change', args=[task.pk])}",
        text=text,
        confidential=task.finding.domain == Domain.SECURITY,
    )
