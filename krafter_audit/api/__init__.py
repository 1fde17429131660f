"""REST plumbing."""
