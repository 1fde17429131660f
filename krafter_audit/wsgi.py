"""The WSGI application."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "krafter_audit.settings")
application = get_wsgi_application()

from krafter_audit.checks import stop_unless_right  # noqa: E402  needs the settings

stop_unless_right()
