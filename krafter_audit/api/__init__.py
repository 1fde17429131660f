"""What every client sees: envelope, errors, pages, idempotency, rate limits, ETags, request ids, the schema."""
