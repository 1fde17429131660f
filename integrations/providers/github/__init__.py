"""GitHub: issues for tasks, pull requests; code scanning and Dependabot alerts as findings."""

from integrations.providers.github.findings import GitHubFindings
from integrations.providers.github.repository import GitHubRepository
from integrations.providers.github.tickets import GitHubTickets
from integrations.providers.github.webhooks import WEBHOOKS


class GitHub(GitHubTickets, GitHubFindings, GitHubRepository):
    """One repository at github.com or at a GitHub Enterprise Server."""

    webhooks = WEBHOOKS
