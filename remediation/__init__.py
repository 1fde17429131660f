"""Remediation: tasks, verifications, policies and evidence."""
