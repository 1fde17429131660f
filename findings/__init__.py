"""Findings: problems found on a site."""
