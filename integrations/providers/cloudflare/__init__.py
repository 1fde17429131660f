"""Cloudflare: weak zone settings as findings."""

from integrations.providers.cloudflare.findings import CloudflareFindings


class Cloudflare(CloudflareFindings):
    """One zone."""
