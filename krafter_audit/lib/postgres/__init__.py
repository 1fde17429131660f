"""Django's PostgreSQL, with a health check that asks nothing (see `base`)."""
