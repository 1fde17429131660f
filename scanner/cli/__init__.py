"""`./krafter check`: the checks from a shell, on any address. Stores nothing; needs no database, broker or settings."""
