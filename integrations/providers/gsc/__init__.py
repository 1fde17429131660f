"""Google Search Console: sitemap and indexing problems as findings."""

from integrations.providers.gsc.findings import SearchConsoleFindings


class SearchConsole(SearchConsoleFindings):
    """One property."""
