from integrations.providers.gitlab.tickets import GitLab as GitLab
