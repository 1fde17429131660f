"""Each tracker shows a title as it says, so that a sync knows it again."""

import pytest

from integrations.providers.registry import PROVIDER_CLASSES
from integrations.providers.tickets import Tracker
from krafter_audit.http.client import Client
from tests.fakes.tracker import FakeTracker
from tests.unit.integrations.providers.drafts import draft


@pytest.mark.parametrize(
    "title",
    [
        "Send a policy",
        "a" * 300,
        f"{'a' * 254} {'b' * 40}",
        "Two  spaces and\ta tab",
        "Fix #1 of @ada: ~bug, GL-7, %5",
        "#1 " * 100,
        "@\u200bada",
    ],
)
def test_title_is_shown_as_it_was_announced(tracker: FakeTracker, title: str) -> None:
    sent = draft(title=title)
    with Client() as client:
        provider = PROVIDER_CLASSES[tracker.provider](client, tracker.credentials, tracker.api_url)
        assert isinstance(provider, Tracker)
        created = provider.create_ticket(draft(title="Another"))
        changed = provider.update_ticket(created, sent, {"title"})

    assert changed.title == provider.shown_title(sent)
    assert changed.title == changed.title.strip()
