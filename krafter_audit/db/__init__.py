"""Database and Redis access that knows no app."""
