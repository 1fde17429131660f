from integrations.providers.cloudflare.findings import Cloudflare as Cloudflare
