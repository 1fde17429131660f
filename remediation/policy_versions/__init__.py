"""Versions of a project's policy: list, compare and restore them."""
