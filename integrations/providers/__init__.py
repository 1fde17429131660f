"""Providers, a package for each vendor. They import neither models nor settings."""
