"""Accounts: who: organisations, users, projects, keys, quota."""
