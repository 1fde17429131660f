"""Linear: issues of a team for tasks."""

from integrations.providers.linear.tickets import LinearTickets
from integrations.providers.linear.webhooks import WEBHOOKS


class Linear(LinearTickets):
    """One team of a workspace."""

    webhooks = WEBHOOKS
