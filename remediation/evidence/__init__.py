"""The evidence chain of a project: appending, exporting and expiring its links."""
