"""Findings: what is wrong."""
