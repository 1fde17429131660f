"""Examine a running installation: `manage.py doctor`."""
