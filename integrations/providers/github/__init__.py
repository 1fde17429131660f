"""GitHub: issues for tasks; code scanning and Dependabot alerts as findings."""

from integrations.providers.github.findings import GitHubFindings
from integrations.providers.github.tickets import GitHubTickets
from integrations.providers.github.webhooks import WEBHOOKS


class GitHub(GitHubTickets, GitHubFindings):
    """One repository at github.com or at a GitHub Enterprise Server."""

    webhooks = WEBHOOKS
