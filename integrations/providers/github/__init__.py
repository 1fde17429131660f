"""GitHub: issues for tasks, pull requests; code scanning and Dependabot alerts as findings."""

from integrations.providers.github.deploys import GitHubDeploys
from integrations.providers.github.findings import GitHubFindings
from integrations.providers.github.repository import GitHubRepository
from integrations.providers.github.tickets import GitHubTickets
from integrations.providers.github.webhooks import WEBHOOKS


class GitHub(GitHubTickets, GitHubFindings, GitHubRepository, GitHubDeploys):
    """One repository at github.com or at a GitHub Enterprise Server."""

    webhooks = WEBHOOKS
