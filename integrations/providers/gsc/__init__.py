"""Google Search Console: sitemap and indexing problems as findings."""

from integrations.providers.gsc.findings import SearchConsole as SearchConsole
