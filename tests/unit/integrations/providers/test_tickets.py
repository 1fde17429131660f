"""Each tracker shows a title in its declared form, so that a sync recognises it."""

import pytest

from integrations.providers.registry import PROVIDER_CLASSES
from integrations.providers.tickets import Tracker, cut_to_utf16
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
        "\U0001f469\u200d\U0001f4bb" * 100,
        "e\u0301" * 200,
        "\u05e9\u05dc\u05d5\u05dd " * 100,
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


@pytest.mark.parametrize(
    ("text", "cut"), [("abcd", "abc"), ("a\U0001f600b", "a\U0001f600"), ("ab\U0001f600", "ab"), ("", "")]
)
def test_text_is_cut_between_characters(text: str, cut: str) -> None:
    assert cut_to_utf16(text, 3) == cut
