"""`./krafter check`: run the checks on any URL. Stores nothing; needs no database, broker or settings."""
