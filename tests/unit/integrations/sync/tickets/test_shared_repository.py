"""One repository to which two projects of an organisation, and another organisation, are connected."""

import json
from dataclasses import dataclass
from typing import Any

import pytest

from accounts.actors import SYSTEM
from accounts.models import Project
from findings.services.ingestion import FindingReport, ingest_one
from integrations import jobs, services
from integrations.models import Integration, TicketComment, TicketLink, WebhookDelivery
from integrations.sync import engine
from integrations.webhooks.services import enable
from remediation.models import CheckStatus, Task
from remediation.services import tasks, verifications
from tests import factories
from tests.fakes.tracker import FakeTracker
from tests.unit.integrations.conftest import run_sync
from tests.unit.integrations.sync.scenario import change, store_result
from tests.unit.integrations.sync.tickets.lost_creations import lose_creation, sync_after_search_lag
from tests.unit.integrations.webhooks.senders import SENDERS, call, now, signed_headers

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
TITLE = "Send a policy"  # of all tasks: only the markers of their tickets differ


@dataclass
class Member:
    """A project, its connection to the repository, and its task."""

    integration: Integration
    task: Task

    @property
    def link(self) -> TicketLink:
        return TicketLink.objects.get(integration=self.integration)

    @property
    def status(self) -> str:
        self.task.refresh_from_db()
        return self.task.status


@pytest.fixture
def members(tracker: FakeTracker) -> list[Member]:
    """Two projects of an organisation, and one of another."""
    first, other = factories.project(), factories.project()
    names = {"slug": "shop", "name": "shop", "site_url": "https://b.example"}
    second = Project.objects.create(organization=first.organization, **names)
    return [_member(tracker, project) for project in (first, second, other)]


def _member(tracker: FakeTracker, project: Project) -> Member:
    seen = FindingReport("security", "No policy is sent", severity="high", checks=["security_header_csp"])
    finding, _ = ingest_one(project, seen, by=SYSTEM)
    task = tasks.create(project, finding_id=finding.pk, title=TITLE, by=SYSTEM)
    row = services.connect(project, tracker.provider, credentials=tracker.credentials, by=SYSTEM)
    enable(project, tracker.provider, secret=f"Secret {row.pk}", by=SYSTEM)
    return Member(row, task)


def sync_all(members: list[Member]) -> None:
    for member in members:
        run_sync(member.integration)


def number_of(tracker: FakeTracker, member: Member) -> Any:
    """Return the number of the ticket of a member's task."""
    return tracker.number_of(member.link.external_id)


def test_each_task_has_its_own_ticket_also_after_a_lost_answer(
    tracker: FakeTracker, members: list[Member]
) -> None:
    lose_creation(tracker)
    sync_all(members)

    sync_after_search_lag(members[0].integration)
    sync_all(members)

    assert len(tracker.issues) == len({number_of(tracker, member) for member in members}) == 3


def test_state_or_label_of_a_ticket_changes_its_own_task_alone(
    tracker: FakeTracker, members: list[Member]
) -> None:
    sync_all(members)
    tracker.move(number_of(tracker, members[0]), "close")
    tracker.move(number_of(tracker, members[1]), "start")

    sync_all(members)

    assert [member.status for member in members] == ["ready_verify", "in_progress", "backlog"]


def test_change_of_a_task_is_sent_to_its_own_ticket_alone(
    tracker: FakeTracker, members: list[Member]
) -> None:
    sync_all(members)
    change(members[0].task, title="Ours", status="in_progress")

    sync_all(members)

    titles = [tracker.title_of(tracker.issues[number_of(tracker, member)]) for member in members]
    assert titles == ["Ours", TITLE, TITLE]
    assert [member.status for member in members] == ["in_progress", "backlog", "backlog"]


def test_comment_is_posted_on_its_own_ticket_alone(tracker: FakeTracker, members: list[Member]) -> None:
    sync_all(members)
    verifications.run(members[0].task.project, task_id=members[0].task.pk, by=SYSTEM)
    store_result(members[0].task, CheckStatus.FAILED)
    jobs.process_events()

    sync_all(members)

    number = number_of(tracker, members[0])
    by_linear = [comment["issueId"] for comment in tracker.comments.values() if "issueId" in comment]
    assert (by_linear or list(tracker.comments), tracker.comment_count) == ([number], 1)
    assert TicketComment.objects.get().link == members[0].link
    assert [member.status for member in members] == ["backlog"] * 3


def delivery(tracker: FakeTracker, number: Any) -> bytes:
    payload = SENDERS[tracker.provider].payload(now())
    # Where each vendor has the number of the issue.
    for name, part in (("issue", "number"), ("object_attributes", "iid"), ("issue", "id"), ("data", "id")):
        if part in payload.get(name, {}):
            payload[name][part] = str(number) if part == "id" else number
    return json.dumps(payload).encode()


def test_webhook_about_the_ticket_of_another_project_changes_no_task(
    tracker: FakeTracker, members: list[Member]
) -> None:
    first, _, foreign = members
    sync_all(members)
    number = number_of(tracker, foreign)
    tracker.move(number, "close")
    body = delivery(tracker, number)
    accepted = _send(first, body, first)
    refused = _send(first, body, foreign)
    for member in members:
        engine.sync(member.integration.pk)
    unchanged = [member.status for member in members]

    # The same delivery to the URL of the ticket's own integration.
    own = _send(foreign, body, foreign)
    engine.sync(foreign.integration.pk)

    assert (accepted, refused, own, unchanged) == (202, 404, 202, ["backlog"] * 3)
    assert [member.status for member in members] == ["backlog", "backlog", "ready_verify"]
    assert WebhookDelivery.objects.count() == 2


def _send(signer: Member, body: bytes, to: Member) -> int:
    """Send a delivery that the secret of one member has signed to the URL of another; return the status."""
    headers = SENDERS[to.integration.provider].headers(body)
    signed = signed_headers(body, f"Secret {signer.integration.pk}")
    return int(call(to.integration, body, headers | signed).status_code)
