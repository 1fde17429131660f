"""Slack incoming webhooks. The URL is a secret: never shown, logged or put into an error.

https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks
"""

import re
from math import ceil
from typing import Any
from urllib.parse import urlsplit

from krafter_audit.delivery_errors import DeliveryPostponed, DeliveryRefused
from krafter_audit.http.client import (
    Client,
    HttpError,
    Limits,
    TimedOut,
    Unreachable,
    is_operator_allowed,
    validate_url,
)
from krafter_audit.http.timestamps import parse_retry_after
from krafter_audit.security.control_characters import replace_controls

HOSTS = frozenset({"hooks.slack.com", "hooks.slack-gov.com"})
PATH = re.compile(r"\A/services/[A-Za-z0-9_/-]+\Z")
LIMITS = Limits(connect=5.0, read=5.0, total=5.0, body=4096, redirects=0)
MAX_RETRY_AFTER_SECONDS = 3600
MAX_SECTION_LENGTH, MAX_HEADER_LENGTH = 3000, 150  # Slack's limits
INVALID_WEBHOOK_URL = "Use a Slack incoming-webhook URL: https://hooks.slack.com/services/…"
PERMANENT_ERRORS = {
    400: "Slack rejected the message as invalid (400).",
    403: "Slack refused the message: the webhook may not post to this channel (403).",
    404: "The Slack webhook does not exist any more (404).",
    410: "The Slack channel is archived (410).",
}


def is_webhook(url: str) -> bool:
    """Return whether the URL is a Slack webhook, or an HTTPS URL that the operator allows instead, of a fake Slack."""
    try:
        validate_url(url)
        parts = urlsplit(url)
        port = parts.port
    except (HttpError, ValueError):
        return False
    is_slack = parts.hostname in HOSTS and port in (None, 443) and PATH.match(parts.path)
    return parts.scheme == "https" and bool(is_slack or is_operator_allowed(url))


def post(url: str, payload: dict[str, Any]) -> None:
    """Post once. Raises DeliveryRefused or DeliveryPostponed."""
    try:
        with Client(limits=LIMITS) as client:
            response = client.post(url, json=payload, follow_redirects=False)
    except TimedOut:
        # Permanent: Slack may have received the message, and has no idempotency key to prevent a second one.
        raise DeliveryRefused("Slack did not answer in time; the message may have arrived or not.") from None
    except Unreachable:
        # Also if the connection was closed after the request: Slack rarely has the message then, and one that appears
        # twice does less harm than an alert that is lost.
        raise DeliveryPostponed("Slack could not be reached.") from None
    except HttpError:
        raise DeliveryRefused("The webhook's address is not allowed.") from None
    status = response.status
    if status == 429 or status >= 500:
        wait = min(ceil(parse_retry_after(response.headers.get("retry-after"))), MAX_RETRY_AFTER_SECONDS)
        raise DeliveryPostponed(f"Slack could not accept the message ({status}).", wait=wait)
    if status != 200:
        raise DeliveryRefused(PERMANENT_ERRORS.get(status, f"Slack refused the message ({status})."))


def section(text: str) -> dict[str, Any]:
    # verbatim: otherwise Slack turns words of a name or a title into links and mentions.
    content = {"type": "mrkdwn", "text": text[:MAX_SECTION_LENGTH], "verbatim": True}
    return {"type": "section", "text": content}


def header(text: str) -> dict[str, Any]:
    return {
        "type": "header",
        "text": {"type": "plain_text", "text": replace_controls(text)[:MAX_HEADER_LENGTH]},
    }


def escape(text: str) -> str:
    # Only these three characters are markup in Slack.
    return replace_controls(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
