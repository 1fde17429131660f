"""The audit log, the outbox of its consumers, and the counters."""
