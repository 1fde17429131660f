"""Connections to providers: trackers, alert sources and analytics."""
