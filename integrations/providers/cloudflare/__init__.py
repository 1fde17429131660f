"""Cloudflare: weak zone settings as findings."""

from integrations.providers.cloudflare.findings import Cloudflare as Cloudflare
