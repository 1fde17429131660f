"""Jira Cloud: issues for tasks."""

from integrations.providers.jira.tickets import Jira as Jira
