"""Integrations: whom we tell."""
