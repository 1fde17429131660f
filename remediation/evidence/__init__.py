"""The evidence chain of a project: append, export and expire its links."""
