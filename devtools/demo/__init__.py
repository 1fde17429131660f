"""The demo: a small shop with planted faults, and a walkthrough of the whole workflow against a running system."""
