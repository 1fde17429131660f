"""Google Analytics 4: page views weight findings."""

from integrations.providers.ga4.traffic import Analytics as Analytics
