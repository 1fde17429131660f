"""Adapters of vendors, a package each. A provider knows one vendor, and neither models nor settings."""
