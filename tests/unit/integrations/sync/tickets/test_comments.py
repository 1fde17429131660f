"""Comments about failed verifications are posted once."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from accounts.actors import SYSTEM
from accounts.models import Project
from events.models import OutboxEntry
from integrations import jobs, services
from integrations.models import Integration, TicketComment
from integrations.providers.errors import ProviderUnavailable
from integrations.providers.registry import PROVIDER_CLASSES
from integrations.providers.tickets import Tracker
from integrations.providers.types import TicketDraft
from integrations.sync.tickets.comments import comment_text
from krafter_audit.http.client import Client
from remediation.models import CheckStatus, Task
from tests.fakes.tracker import FakeTracker
from tests.fakes.trackers.github import FakeGitHub
from tests.unit.integrations.conftest import CREDENTIALS, Sync
from tests.unit.integrations.sync.scenario import last_run, store_result

FIRST, SECOND = "3f2b8a52-8f0e-4a7e-9d0c-0a4f6c1f7b11", "5d1c7e90-2b3a-4f6d-8e1f-9a7b5c3d100"
pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def test_event_processed_twice_adds_one_comment(
    closed_task: Task, sync_events: Callable[[], None], github: FakeGitHub
) -> None:
    store_result(closed_task, CheckStatus.FAILED)
    left = list(OutboxEntry.objects.values("consumer", "project_id", "name", "event_ids"))

    sync_events()
    OutboxEntry.objects.bulk_create(OutboxEntry(**row) for row in left)
    sync_events()

    assert (len(github.comments[1]), TicketComment.objects.count()) == (1, 1)


def test_comment_whose_response_was_lost_is_added_once(
    closed_task: Task, sync_events: Callable[[], None], sync: Sync, github: FakeGitHub
) -> None:
    store_result(closed_task, CheckStatus.FAILED)
    jobs.process_events()

    def create_and_lose() -> Any:
        github.comments[1] = [dict(github.requests[-1].body)]
        return 502, {}, {}

    github.next_answer("POST", "/comments$", create_and_lose)
    sync_events()
    failed = last_run().outcome
    sync()

    assert (failed, last_run().outcome, len(github.comments[1])) == ("failed", "succeeded", 1)


def test_comment_is_posted_on_the_ticket_of_the_repository_that_is_connected_since(
    closed_task: Task, sync_events: Callable[[], None], github: FakeGitHub, project: Project
) -> None:
    store_result(closed_task, CheckStatus.FAILED)
    jobs.process_events()
    github.switch("acme/shop")
    services.connect(project, "github", credentials={**CREDENTIALS, "repository": "acme/shop"}, by=SYSTEM)
    services.request_sync(Integration.objects.get())

    sync_events()

    posted = [len(comments) for comments in github.comments.values()]
    assert (posted, TicketComment.objects.get().attempts, last_run().refusals) == ([1], 1, [])


def test_comment_names_the_checks_without_evidence(closed_task: Task, settings: Any) -> None:
    settings.KRAFTER_PUBLIC_URL = "https://audit.example.com"
    verification = store_result(closed_task, CheckStatus.FAILED)
    verification.refresh_from_db()

    text = comment_text(verification).splitlines()

    assert text[0].endswith("1 of 1 checks failed. The task is in progress again.")
    assert text[2:] == [
        "- security_header_csp: failed (before: failed, after: failed)",
        "",
        f"Evidence: https://audit.example.com/admin/remediation/verification/{verification.pk}/change/",
    ]


def test_every_tracker_finds_the_comment_whose_response_was_lost(
    tracker: FakeTracker, project: Project
) -> None:
    def create_and_lose() -> Any:
        tracker.route(tracker.requests[-1])
        return 502, {}, {}

    with Client() as client:
        provider = PROVIDER_CLASSES[tracker.provider](client, tracker.credentials, tracker.api_url)
        assert isinstance(provider, Tracker)
        draft = TicketDraft(str(project.pk), "Send a policy", "backlog", "high", None, closed=False)
        ticket = provider.create_ticket(draft)
        add = partial(provider.add_comment, ticket.external_id, text="1 check failed")
        tracker.next_answer("POST", r"/(comments?|notes)$|^Comment$", create_and_lose)
        with pytest.raises(ProviderUnavailable):
            add(marker=FIRST, was_tried=False)
        # Newer comments than a page contains.
        tracker.page_size = 2
        for number in range(3):
            add(marker=f"{SECOND}{number}", was_tried=False)
        add(marker=FIRST, was_tried=True)

    assert tracker.comment_count == 4
