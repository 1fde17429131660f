from typing import Any

from krafter_audit import slack
from krafter_audit.api.errors import InvalidParams
from krafter_audit.slack import escape, header, section
from reports.sharing.channels.base import ReportMessage, ShareChannel, ShareDelivery


def check(fields: dict[str, Any]) -> None:
    if not slack.is_webhook(fields["webhook_url"]):
        raise InvalidParams(details={"webhook_url": [slack.INVALID_WEBHOOK_URL]})


def deliver(delivery: ShareDelivery) -> str:
    slack.post(delivery.webhook_url, payload(delivery.message))
    return "Delivered."


def payload(message: ReportMessage) -> dict[str, Any]:
    title = f"Audit report: {message.project}"
    figures = [{"type": "mrkdwn", "text": f"*{figure.name}*\n{figure.value}"} for figure in message.figures]
    return {
        # Shown in notifications, which have no blocks.
        "text": escape(f"{title}, {message.period}: {message.url}"),
        "blocks": [
            header(title),
            section(f"{escape(message.period)} · {escape(message.site_url)}\n{escape(message.summary)}"),
            {"type": "section", "fields": figures},
            section(f"<{message.url}|Open the report> (until {message.expires})"),
        ],
    }


CHANNEL = ShareChannel(needs=frozenset({"webhook_url"}), check=check, deliver=deliver)
