"""Slack: one POST to an incoming webhook. Its URL is a secret: never shown, logged or put into an error.

Source: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks (200 with the body `ok`; 4xx
other than 429 are final; text is escaped for & < > alone).
"""

import re
from typing import Any
from urllib.parse import urlsplit

from krafter_audit.lib.errors import InvalidParams
from krafter_audit.lib.http import (
    AddressPolicy,
    Client,
    HttpError,
    Limits,
    TimedOut,
    Unreachable,
    validate_url,
)
from reports.channels.base import Channel, Message, Parcel
from reports.errors import DeliveryPostponed, DeliveryRefused

HOSTS = frozenset({"hooks.slack.com", "hooks.slack-gov.com"})
PATH = re.compile(r"\A/services/[A-Za-z0-9_/-]+\Z")
LIMITS = Limits(connect=5.0, read=5.0, total=5.0, body=4096, redirects=0)
WRONG = "Use a Slack incoming-webhook URL: https://hooks.slack.com/services/…"
FINAL = {
    400: "Slack did not understand the message (400).",
    403: "Slack refused the message: the webhook may not post there (403).",
    404: "Slack does not know this webhook any more (404).",
    410: "The Slack channel is archived (410).",
}


def check(fields: dict[str, Any]) -> None:
    """Refuse an address that is not Slack's, or that the guard against inner networks refuses."""
    url = fields["webhook_url"]
    try:
        validate_url(url)
        parts = urlsplit(url)
    except (HttpError, ValueError):
        raise InvalidParams(details={"webhook_url": [WRONG]}) from None
    if parts.scheme != "https" or not (
        is_slack(parts.hostname, parts.port, parts.path) or operator_allows(url)
    ):
        raise InvalidParams(details={"webhook_url": [WRONG]})


def is_slack(host: str | None, port: int | None, path: str) -> bool:
    """Tell whether the address is one that Slack gives out."""
    return host in HOSTS and port in (None, 443) and PATH.match(path) is not None


def operator_allows(url: str) -> bool:
    """Tell whether the operator's list alone lets the address pass: one that stands in for Slack."""
    try:
        validate_url(url, policy=AddressPolicy.from_setting(""))
    except HttpError:
        return True
    return False


def deliver(parcel: Parcel) -> str:
    """Post once. After a time-out nobody knows whether Slack has it, and it takes no key to ask by: final."""
    try:
        with Client(limits=LIMITS) as client:
            response = client.post(parcel.webhook_url, json=payload(parcel.message), follow_redirects=False)
    except TimedOut:
        raise DeliveryRefused(
            "Slack did not answer in time; the message may or may not have arrived."
        ) from None
    except Unreachable:
        raise DeliveryPostponed("Slack could not be reached.") from None
    except HttpError:
        raise DeliveryRefused("The webhook's address is refused.") from None
    return judged(response.status)


def judged(status: int) -> str:
    """Turn Slack's status into a sentence, or into one of the two ways of failing."""
    if status == 200:
        return "Delivered."
    if status == 429 or status >= 500:
        raise DeliveryPostponed(f"Slack could not take the message now ({status}).")
    raise DeliveryRefused(FINAL.get(status, f"Slack refused the message ({status})."))


def payload(message: Message) -> dict[str, Any]:
    """Write the message as blocks, with a plain text for notifications."""
    title = f"Audit report: {message.project}"
    numbers = [{"type": "mrkdwn", "text": f"*{figure.name}*\n{figure.value}"} for figure in message.figures]
    return {
        "text": escaped(f"{title}, {message.period}: {message.url}"),
        "blocks": [
            {"type": "header", "text": {"type": "plain_text", "text": title[:150]}},
            section(f"{escaped(message.period)} · {escaped(message.site_url)}\n{escaped(message.words)}"),
            {"type": "section", "fields": numbers},
            section(f"<{message.url}|Open the report> (until {message.expires})"),
        ],
    }


def section(text: str) -> dict[str, Any]:
    """Return one block of text; Slack takes 3,000 characters."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": text[:3000]}}


def escaped(text: str) -> str:
    """Escape what Slack reads as markup: these three and no other."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


CHANNEL = Channel(needs=frozenset({"webhook_url"}), check=check, deliver=deliver)
