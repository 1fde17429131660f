"""The whole system on one machine: PostgreSQL and Valkey from wheels, one supervisor for all processes."""
