"""The documentation site at `/docs`: the Markdown files of `docs/`, and the operations of the OpenAPI description."""
