"""Jira Cloud: issues for tasks."""

from integrations.providers.jira.tickets import JiraTickets
from integrations.providers.jira.webhooks import WEBHOOKS


class Jira(JiraTickets):
    """One project of a Jira Cloud site."""

    webhooks = WEBHOOKS
