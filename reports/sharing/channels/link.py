"""Link channel: nothing is sent; the API response has the URL."""

from reports.sharing.channels.base import ShareChannel

CHANNEL = ShareChannel()
