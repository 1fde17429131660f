"""Plumbing that knows no app: errors, lifecycles, records, claims, the network's only door, the vault."""
