"""The data of vendors is made safe: texts, and the URLs of tickets."""

from datetime import UTC, datetime
from typing import Any

import pytest

from integrations.providers.types import Ticket, TicketState, text


@pytest.mark.parametrize("value", [None, 7, ["a"]])
def test_only_a_text_is_a_text(value: Any) -> None:
    assert text("a") == "a"
    with pytest.raises(TypeError):
        text(value)


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("https://gitlab.example.com/a/-/issues/1", "https://gitlab.example.com/a/-/issues/1"),
        ("javascript:alert(1)//https://", ""),
        ("data:text/html,x", ""),
    ],
)
def test_url_of_a_ticket_is_a_web_address(sent: str, kept: str) -> None:
    ticket = Ticket("a#1", "a#1", sent, "Title", TicketState.OPEN, datetime(2026, 1, 1, tzinfo=UTC))

    assert ticket.url == kept
