"""A link: nothing is sent; whoever asked hands the address on."""

from reports.sharing.channels.base import Channel

CHANNEL = Channel()
