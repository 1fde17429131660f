from integrations.providers.sentry.findings import Sentry as Sentry
