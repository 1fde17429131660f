"""Sentry: unresolved issues as findings."""

from integrations.providers.sentry.findings import SentryFindings
from integrations.providers.sentry.webhooks import WEBHOOKS


class Sentry(SentryFindings):
    """One project at sentry.io, one of its regions, or a self-hosted Sentry."""

    webhooks = WEBHOOKS
