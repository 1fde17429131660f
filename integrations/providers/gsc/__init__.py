from integrations.providers.gsc.findings import SearchConsole as SearchConsole
