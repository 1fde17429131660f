"""Snapshots of a project at the time of an export: taking, reading and deleting them."""
