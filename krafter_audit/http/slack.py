"""Slack's incoming webhooks: one POST of blocks. The URL is a secret: never shown, logged or put into an error.

Source: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks (200 with the body `ok`; 4xx
other than 429 are final; text is escaped for & < > alone).
"""

import re
from typing import Any
from urllib.parse import urlsplit

from krafter_audit.http.client import (
    AddressPolicy,
    Client,
    HttpError,
    Limits,
    TimedOut,
    Unreachable,
    validate_url,
)

HOSTS = frozenset({"hooks.slack.com", "hooks.slack-gov.com"})
PATH = re.compile(r"\A/services/[A-Za-z0-9_/-]+\Z")
LIMITS = Limits(connect=5.0, read=5.0, total=5.0, body=4096, redirects=0)
WRONG = "Use a Slack incoming-webhook URL: https://hooks.slack.com/services/…"
LONGEST_WAIT = 3600
FINAL = {
    400: "Slack did not understand the message (400).",
    403: "Slack refused the message: the webhook may not post there (403).",
    404: "Slack does not know this webhook any more (404).",
    410: "The Slack channel is archived (410).",
}


class SlackRefused(Exception):
    """Slack will not take the message, now or later. The text is a sentence without secrets."""


class SlackPostponed(Exception):
    """Slack could not take the message now; `wait` is how many seconds it asks for, 0 where it does not say."""

    def __init__(self, message: str, *, wait: int = 0) -> None:
        self.wait = wait
        super().__init__(message)


def is_webhook(url: str) -> bool:
    """Tell whether an address is one that Slack gives out, or one that the operator lets stand in for it."""
    try:
        validate_url(url)
        parts = urlsplit(url)
        port = parts.port
    except (HttpError, ValueError):
        return False
    return parts.scheme == "https" and (is_slack(parts.hostname, port, parts.path) or operator_allows(url))


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


def post(url: str, payload: dict[str, Any]) -> None:
    """Post once. After a time-out nobody knows whether Slack has it, and it takes no key to ask by: final."""
    try:
        with Client(limits=LIMITS) as client:
            response = client.post(url, json=payload, follow_redirects=False)
    except TimedOut:
        raise SlackRefused("Slack did not answer in time; the message may or may not have arrived.") from None
    except Unreachable:
        raise SlackPostponed("Slack could not be reached.") from None
    except HttpError:
        raise SlackRefused("The webhook's address is refused.") from None
    judge(response.status, response.headers.get("retry-after") or "")


def judge(status: int, retry_after: str = "") -> None:
    """Accept 200, or raise one of the two ways of failing."""
    if status == 429 or status >= 500:
        wait = min(int(retry_after), LONGEST_WAIT) if retry_after.isdecimal() else 0
        raise SlackPostponed(f"Slack could not take the message now ({status}).", wait=wait)
    if status != 200:
        raise SlackRefused(FINAL.get(status, f"Slack refused the message ({status})."))


def section(text: str) -> dict[str, Any]:
    """Return one block of text; Slack takes 3,000 characters."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": text[:3000]}}


def header(text: str) -> dict[str, Any]:
    """Return a heading; Slack takes 150 characters."""
    return {"type": "header", "text": {"type": "plain_text", "text": text[:150]}}


def escaped(text: str) -> str:
    """Escape what Slack reads as markup: these three and no other."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
