"""Tools for developers, and to try the system out. The product imports nothing of this package."""
