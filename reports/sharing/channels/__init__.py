"""The ways to hand a report on. To add one: a module here with a `CHANNEL`, and its line below."""

from reports.sharing.channels import email, link, slack
from reports.sharing.channels.base import Channel

CHANNELS: dict[str, Channel] = {
    "link": link.CHANNEL,
    "email": email.CHANNEL,
    "slack": slack.CHANNEL,
}

__all__ = ["CHANNELS", "Channel"]
