from integrations.providers.github.tickets import GitHub as GitHub
