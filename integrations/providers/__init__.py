"""Providers, a package for each vendor. They know neither models nor settings."""
