"""Database building blocks that import no app."""
