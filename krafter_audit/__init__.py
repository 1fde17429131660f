"""The building: wiring on top (settings, urls, celery), plumbing below (api, lib, embedded)."""

__version__ = "0.1.0"
