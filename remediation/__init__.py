"""Remediation: what we do about it."""
