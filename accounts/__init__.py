"""Organisations, users, projects, API keys and quota."""
