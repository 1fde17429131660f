"""The operations of the OpenAPI description, with examples for each."""
