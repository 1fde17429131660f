"""The Django project: settings, URLs, Celery, WSGI, system checks, and the shared packages below the apps."""

__version__ = "0.1.0"
