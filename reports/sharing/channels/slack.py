"""Slack: one message to an incoming webhook, whose URL is a secret (`krafter_audit/http/slack.py`)."""

from typing import Any

from krafter_audit.api.errors import InvalidParams
from krafter_audit.http import slack
from krafter_audit.http.slack import escape, header, section
from reports.errors import DeliveryPostponed, DeliveryRefused
from reports.sharing.channels.base import Channel, Message, Parcel


def check(fields: dict[str, Any]) -> None:
    """Refuse an address that is not Slack's, or that the guard against inner networks refuses."""
    if not slack.is_webhook(fields["webhook_url"]):
        raise InvalidParams(details={"webhook_url": [slack.INVALID_WEBHOOK_URL]})


def deliver(parcel: Parcel) -> str:
    """Post once."""
    try:
        slack.post(parcel.webhook_url, payload(parcel.message))
    except slack.SlackRefused as refusal:
        raise DeliveryRefused(str(refusal)) from None
    except slack.SlackUnavailable as outage:
        raise DeliveryPostponed(str(outage)) from None
    return "Delivered."


def payload(message: Message) -> dict[str, Any]:
    """Write the message as blocks, with a plain text for notifications."""
    title = f"Audit report: {message.project}"
    numbers = [{"type": "mrkdwn", "text": f"*{figure.name}*\n{figure.value}"} for figure in message.figures]
    return {
        "text": escape(f"{title}, {message.period}: {message.url}"),
        "blocks": [
            header(title),
            section(f"{escape(message.period)} · {escape(message.site_url)}\n{escape(message.words)}"),
            {"type": "section", "fields": numbers},
            section(f"<{message.url}|Open the report> (until {message.expires})"),
        ],
    }


CHANNEL = Channel(needs=frozenset({"webhook_url"}), check=check, deliver=deliver)
