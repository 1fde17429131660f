"""Adapters of vendors, a package each. An adapter knows neither models nor settings."""
