"""A link: nothing is sent; whoever asked hands the address on."""

from reports.channels.base import Channel

CHANNEL = Channel()
