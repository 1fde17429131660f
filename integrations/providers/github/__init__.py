"""GitHub: issues for tasks, pull requests; alerts as findings."""

from integrations.providers.github.findings import GitHubFindings
from integrations.providers.github.repository import GitHubRepository
from integrations.providers.github.tickets import GitHubTickets
from integrations.providers.github.webhooks import WEBHOOKS


class GitHub(GitHubTickets, GitHubFindings, GitHubRepository):
    """A repository at github.com or a GitHub Enterprise Server."""

    webhooks = WEBHOOKS
