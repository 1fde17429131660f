"""The evidence chain of a project: writing, exporting and expiring it."""
