"""The building: wiring on top (settings, urls, celery), plumbing below (api, lib, embedded)."""

from krafter_audit.celery import app as celery_app

__version__ = "0.1.0"
__all__ = ["celery_app"]
