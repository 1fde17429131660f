"""Sharing of reports: links, the shared page, and delivery through channels."""
