"""GitLab: issues for tasks, merge requests; vulnerability findings."""

from integrations.providers.gitlab.findings import GitLabFindings
from integrations.providers.gitlab.repository import GitLabRepository
from integrations.providers.gitlab.tickets import GitLabTickets
from integrations.providers.gitlab.webhooks import WEBHOOKS


class GitLab(GitLabTickets, GitLabFindings, GitLabRepository):
    """A project at gitlab.com or a self-hosted GitLab."""

    webhooks = WEBHOOKS
