from integrations.providers.ga4.traffic import Analytics as Analytics
