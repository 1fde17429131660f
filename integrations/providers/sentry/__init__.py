"""Sentry: unresolved issues as findings."""

from integrations.providers.sentry.findings import Sentry as Sentry
