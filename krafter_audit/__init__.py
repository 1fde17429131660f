"""The Django project, and the packages that all apps share."""

__version__ = "0.1.0"
