"""REST plumbing: envelope, errors, pagination, idempotency, rate limits, ETags, request ids, OpenAPI."""
