"""Google Analytics 4: page views weight findings."""

from integrations.providers.ga4.traffic import AnalyticsTraffic


class Analytics(AnalyticsTraffic):
    """One property."""
