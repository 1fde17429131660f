"""The whole system on one machine: PostgreSQL and Valkey out of wheels, one supervisor for all processes."""
