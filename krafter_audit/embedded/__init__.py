"""The whole system on one machine: PostgreSQL and Valkey out of wheels, and one supervisor for every process."""
