"""Tools for developers and for trials of the system. The product imports nothing of this package."""
