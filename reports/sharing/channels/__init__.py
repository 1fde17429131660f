"""The channels of a share: a module with a `CHANNEL` for each, and its line below."""

from reports.sharing.channels import email, slack
from reports.sharing.channels.base import ShareChannel

CHANNELS: dict[str, ShareChannel] = {
    "link": ShareChannel(),  # nothing is sent: the API response has the URL
    "email": email.CHANNEL,
    "slack": slack.CHANNEL,
}
