"""The demo: a small shop with planted faults, and the whole story told against a running system."""
