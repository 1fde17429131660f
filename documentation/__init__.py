"""The documentation site at `/docs`: the Markdown files of `docs/`, and the API's operations."""
