from integrations.providers.jira.tickets import Jira as Jira
